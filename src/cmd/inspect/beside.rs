//! The report with two processors: one reads the capture and collects, the other makes text of what is told. In a report of
//! thousands of sessions each is half of the work. A report of a few sessions is made by one alone.

use std::{
    mem,
    sync::mpsc::{SyncSender, sync_channel},
    thread::{self, JoinHandle},
};

use super::{PENDING, Told as Passed};
use crate::{
    analysis::finding::Finding,
    view::{
        inspect::{
            Overview, Show,
            gather::{Gather, Told},
            report::{self, Prose},
        },
        style::Style,
        text::Text,
    },
};

/// How much is handed over at a time: that many sessions, or so many bytes.
const BATCH: usize = 32;
const BATCH_SIZE: usize = 1024 * 1024;
/// Batches that wait for the other thread; then the reading waits.
const BATCHES: usize = 4;

/// What the other thread is to do.
enum Work {
    /// Text of these.
    Told(Vec<Told>),
    /// Nothing more comes: the end of the report.
    End(Overview),
}

/// A report whose text is made by a thread of its own, once it is long enough.
pub(super) struct Beside<'a> {
    text: &'a Text,
    style: Style,
    gather: Gather<'a>,
    head: String,
    batch: Batch,
    writer: Option<Writer>,
    /// Where text goes that cannot wait for the end.
    to: SyncSender<Passed>,
}

/// What has been told and not been handed over.
#[derive(Default)]
struct Batch {
    told: Vec<Told>,
    size: usize,
}

impl Batch {
    fn push(&mut self, told: Told) {
        self.size += told.size();
        self.told.push(told);
    }

    fn is_full(&self) -> bool {
        self.told.len() >= BATCH || self.size >= BATCH_SIZE
    }
}

/// The other thread.
struct Writer {
    work: SyncSender<Work>,
    thread: JoinHandle<[String; 3]>,
}

impl<'a> Beside<'a> {
    /// A report before its first finding.
    pub(super) fn new(
        text: &'a Text,
        style: Style,
        (explain, show_credentials): (bool, bool),
        to: SyncSender<Passed>,
    ) -> Beside<'a> {
        Beside {
            text,
            style,
            gather: Gather::new(text, style, explain, show_credentials),
            head: String::new(),
            batch: Batch::default(),
            writer: None,
            to,
        }
    }

    /// Hands the batch over to the other thread, which begins with the first.
    fn hand_over(&mut self) {
        let batch = mem::take(&mut self.batch);
        let writer = self.writer.get_or_insert_with(|| {
            let head = mem::take(&mut self.head);
            let (lang, style, to) = (self.text.lang(), self.style, self.to.clone());
            let (work, jobs) = sync_channel(BATCHES);
            let thread = thread::spawn(move || {
                let text = Text::new(lang);
                let mut prose = Prose::new(&text, style);
                let mut shown = head;
                for job in jobs {
                    match job {
                        Work::Told(batch) => {
                            for told in &batch {
                                prose.told(told, &mut shown);
                            }
                        }
                        Work::End(overview) => {
                            let [first, second] = prose.finish(&overview);
                            return [shown, first, second];
                        }
                    }
                    if shown.len() >= PENDING {
                        // Where nobody takes it any more, whoever reads the capture is told to stop.
                        let _ = to.send(Passed::Text(mem::take(&mut shown)));
                    }
                }
                Default::default()
            });
            Writer { work, thread }
        });
        // It takes work until the end, unless it has panicked; then the end says so.
        let _ = writer.work.send(Work::Told(batch.told));
    }
}

impl Show for Beside<'_> {
    fn begin(&mut self, file: &[u8], format: &str, _: &mut String) {
        self.head = report::head(self.text, self.style, file, format);
    }

    fn finding(&mut self, finding: &Finding<'_>, _: &mut String) {
        let batch = &mut self.batch;
        self.gather.take(finding, &mut |told| batch.push(told));
        if self.batch.is_full() {
            self.hand_over();
        }
    }

    fn end(&mut self, overview: &Overview, out: &mut String) {
        let batch = &mut self.batch;
        self.gather.finish(&mut |told| batch.push(told));
        if self.writer.is_some() {
            self.hand_over();
        }
        let Some(writer) = self.writer.take() else {
            let mut prose = Prose::new(self.text, self.style);
            out.push_str(&self.head);
            for told in &self.batch.told {
                prose.told(told, out);
            }
            for part in prose.finish(overview) {
                out.push_str(&part);
            }
            return;
        };
        let _ = writer.work.send(Work::End(overview.clone()));
        match writer.thread.join() {
            Ok(parts) => {
                // Most of it is in one part, which need not be copied.
                for part in parts {
                    let before = mem::replace(out, part);
                    if !before.is_empty() {
                        let _ = self.to.send(Passed::Text(before));
                    }
                }
            }
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}
