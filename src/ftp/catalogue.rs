//! Facts of the RFCs about each verb and each reply code, as tables. Sentences about them are in `view/text`.
