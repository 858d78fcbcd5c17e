//! Every bound that somebody outside can push against (a peer, a capture, a script, a sheet, a person's keys, a file), as
//! data: who reaches it, how that is told, and the test that reaches it. How large each is, in which unit and why, stands
//! with the constant itself; `cargo test bounds::the_table -- --nocapture` prints all of it.
//!
//! A row names the test that reaches it, or says in words why none does. Where an option sets the bound (clients, data ports), the test reaches the
//! option's value and not the constant; where a test is one of a layer, it sees what is counted, and not the sentence.
//!
//! A constant `MAX_…` below `src` that is not in the table fails a test, and so does a row whose constant, message or test
//! is gone: a new bound says here how it is told, or why nothing is lost by it.

mod frames;
mod inspect;
mod scripts;
pub(crate) mod served;
mod shown;
mod streams;
mod typed;
pub(crate) mod wire;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::harness::rust_files;

/// How reaching a bound shows.
#[derive(Debug, Clone, Copy)]
enum Told {
    /// By this message, in every language.
    Says(&'static str),
    /// By this reply of the server.
    Reply(&'static str),
    /// In what is left itself: a number beside it, an ellipsis, a comment.
    Beside(&'static str),
    /// Nothing is left out by it: why.
    Whole(&'static str),
    /// What is known becomes less, and no line of it: what the program says then.
    Less(&'static str),
}

use Told::{Beside, Less, Reply, Says, Whole};

/// File below `src`, constant, who reaches it, how it is told, a test that reaches it (or, in words, why there is none).
type Bound = (&'static str, &'static str, &'static str, Told, &'static str);

const CAPTURE: &str = "capture";
const PEER: &str = "peer";
const CLIENT: &str = "client";
const PERSON: &str = "person";
const SHEET: &str = "sheet";
const SCRIPT: &str = "script";
const FILE: &str = "file";

// A row is a line, however long.
#[rustfmt::skip]
const BOUNDS: &[Bound] = &[
    // The dialogue, in every command that watches one.
    ("ftp/line.rs", "MAX_LINE", PEER, Says("quirk-line-too-long"), "lines_and_replies_are_kept_to_their_length"),
    ("ftp/reply.rs", "MAX_REPLY_LINES", PEER, Says("quirk-reply-too-long"), "lines_and_replies_are_kept_to_their_length"),
    ("ftp/reply.rs", "MAX_REPLY_BYTES", PEER, Says("quirk-reply-too-long"), "a_reply_without_end_is_kept_to_its_bounds"),
    ("ftp/dialogue.rs", "MAX_OUTSTANDING", PEER, Says("quirk-too-many-outstanding"), "outstanding_commands_and_oddities_are_counted"),
    ("ftp/dialogue.rs", "MAX_QUIRKS", PEER, Says("quirk-untold"), "outstanding_commands_and_oddities_are_counted"),
    ("ftp/dialogue.rs", "MAX_REMEMBERED", PEER, Less("the transfer has the beginning of its name; the dialogue has all of it, and no path is longer"), "a_long_argument_stands_whole_in_the_dialogue_and_its_beginning_with_the_transfer"),
    ("ftp/telnet.rs", "MAX_SUBNEGOTIATION", PEER, Whole("what follows is text again"), "a_telnet_option_without_end_becomes_text"),
    ("ftp/endpoint.rs", "MAX_NUMBERS", PEER, Whole("more numbers are as wrong as 24, and told as that"), "numbers_without_end_are_no_end_point"),
    ("ftp/paste.rs", "MAX_NUMBERS", PERSON, Whole("more numbers are as wrong as 24, and told as that"), "numbers_without_end_are_no_end_point"),
    // Captures: files, frames, connections.
    ("capture/file.rs", "MAX_RECORD", CAPTURE, Says("inspect-note-oversized"), "records_blocks_and_interfaces_that_are_too_much_are_told"),
    ("capture/file.rs", "MAX_WRAPPERS", CAPTURE, Says("inspect-unopened-deep"), "wrappers_and_windows_that_are_too_much_are_told"),
    ("capture/file.rs", "MAX_ZSTD_WINDOW", CAPTURE, Says("inspect-unopened-zstd-window"), "wrappers_and_windows_that_are_too_much_are_told"),
    ("capture/file.rs", "MAX_INTERFACES", CAPTURE, Says("inspect-note-unread"), "records_blocks_and_interfaces_that_are_too_much_are_told"),
    ("capture/file.rs", "MAX_TEXT", CAPTURE, Beside("…"), "long_names_of_a_file_are_shown_as_far_as_they_are_kept"),
    ("capture/file/pcapng.rs", "LOOKED_AT", CAPTURE, Says("inspect-note-long-blocks"), "records_blocks_and_interfaces_that_are_too_much_are_told"),
    ("capture/frame.rs", "MAX_LAYERS", CAPTURE, Says("inspect-unread-tunnel"), "too_many_layers_are_counted"),
    ("capture/frame.rs", "MAX_REASONS", CAPTURE, Says("inspect-unread-other"), "records_blocks_and_interfaces_that_are_too_much_are_told"),
    ("capture/frame/fragments.rs", "MAX_WAITING", CAPTURE, Says("inspect-unread-fragment"), "fragments_that_never_meet_are_bounded"),
    ("capture/frame/fragments.rs", "PATIENCE", CAPTURE, Says("inspect-unread-fragment"), "fragments_wait_a_minute_for_each_other"),
    ("capture/quality.rs", "MAX_LINK_TYPES", CAPTURE, Less("further link types are not named in --json; their packets are counted"), "of_many_link_types_some_are_named_and_all_packets_are_counted"),
    ("capture/flow.rs", "MAX_FLOWS", CAPTURE, Says("inspect-note-evicted"), "connections_that_are_too_many_are_told"),
    ("capture/flow.rs", "MAX_LINGERING", CAPTURE, Whole("they have ended; a straggler behind hundreds of others opens one more"), "of_many_connections_that_have_ended_the_longest_over_leaves_at_once"),
    ("capture/flow.rs", "MAX_SYNS", CAPTURE, Whole("all are counted; the spacings of the first are told"), "syns_without_end_are_counted"),
    ("capture/flow.rs", "IDLE_FOLLOWED", CAPTURE, Whole("a connection of FTP that goes on after it is found again, whole"), "a_connection_behind_a_year_of_silence_or_a_clock_that_is_set_back_is_one"),
    ("capture/reassembly.rs", "MAX_HELD", CAPTURE, Says("inspect-note-overheld"), "bytes_behind_a_gap_are_held_up_to_a_bound_and_no_further"),
    ("capture/reassembly.rs", "MAX_HELD_IN_ALL", CAPTURE, Says("inspect-note-overheld"), "bytes_behind_all_gaps_are_held_up_to_a_bound_and_no_further"),
    ("capture/reassembly.rs", "WINDOW", CAPTURE, Says("inspect-note-uncompared"), "a_copy_that_differs_is_told_within_the_window_and_counted_beyond"),
    ("capture/reassembly.rs", "WINDOWS", CAPTURE, Says("inspect-note-uncompared"), "a_copy_that_differs_is_told_within_the_window_and_counted_beyond"),
    ("capture/reassembly.rs", "MAX_AHEAD", CAPTURE, Whole("no acknowledgement of this stream is further ahead"), "an_acknowledgement_from_nowhere_is_none"),
    ("capture/write.rs", "MAX_PAIRS", PEER, Whole("invented sequence numbers may come again after that"), "invented_numbers_come_again_and_the_connections_are_two_all_the_same"),
    // What a capture shows.
    ("analysis/ledger.rs", "MAX_EXPECTED", CAPTURE, Says("inspect-note-unexpected"), "end_points_beyond_the_bound_are_counted"),
    ("analysis/ledger.rs", "MAX_AT_PORT", CAPTURE, Says("inspect-note-unexpected"), "end_points_at_one_port_are_bounded"),
    ("analysis/ledger.rs", "MAX_SPARE", CAPTURE, Whole("one of them is told as unused, as it is"), "connections_that_nothing_asked_for_are_all_told"),
    ("analysis/ledger.rs", "MAX_SLOTS", CAPTURE, Whole("the oldest is told as it is"), "many_negotiations_and_sessions_leave_nothing_behind"),
    ("analysis/ledger.rs", "MAX_ROWS", CAPTURE, Whole("the oldest is told as it is"), "many_negotiations_and_sessions_leave_nothing_behind"),
    ("analysis/finding.rs", "MAX_BANNER", CAPTURE, Whole("the greeting stands whole in the dialogue"), "a_long_greeting_stands_whole_in_the_dialogue"),
    ("analysis/finding.rs", "MAX_LOGINS", CAPTURE, Says("inspect-user-others"), "logins_and_refusals_are_counted"),
    ("analysis/finding.rs", "MAX_REFUSED", CAPTURE, Says("inspect-ladder-more"), "logins_and_refusals_are_counted"),
    ("analysis/inspector.rs", "MAX_PROBED", CAPTURE, Says("inspect-note-unproven"), "beginnings_that_show_nothing_are_held_up_to_a_bound_and_the_rest_is_told"),
    ("analysis/inspector.rs", "MAX_WAITING", CAPTURE, Says("inspect-note-shortened"), "what_waits_in_all_sessions_is_held_up_to_a_bound_and_the_rest_is_told"),
    ("analysis/recognise.rs", "LOOKED_AT", CAPTURE, Less("a connection that has not shown within 8 kB that it is FTP is none"), "a_connection_shows_soon_that_it_is_ftp_or_is_none"),
    ("analysis/inspector.rs", "MAX_COMMANDS", CAPTURE, Whole("commands and replies stand all; a reply that is late by more is told at its own frame"), "replies_to_thousands_of_commands_stand_all"),
    ("analysis/inspector.rs", "MAX_MECHANISM", CAPTURE, Whole("AUTH itself stands whole in the dialogue"), "a_long_greeting_stands_whole_in_the_dialogue"),
    ("analysis/inspector.rs", "MAX_STRAYS", CAPTURE, Less("one mistake of whoever dialled is as good as sixteen"), "of_many_connections_to_wrong_ports_one_is_told"),
    ("analysis/inspector.rs", "MAX_RECENT", CAPTURE, Less("the transfer of an older connection is told as not captured, not as failed"), "a_connection_before_its_negotiation_is_looked_for_among_the_last"),
    ("analysis/inspector.rs", "MAX_EARLY", CAPTURE, Less("an older connection stands without a session"), "of_connections_from_before_the_capture_the_first_are_followed"),
    ("analysis/inspector.rs", "MAX_PORTS", CAPTURE, Whole("the connections are all counted; five ports are named"), "connections_to_thousands_of_ports_are_all_counted"),
    ("analysis/twin.rs", "MAX_HEADS", CAPTURE, Less("further sessions are shown, and compared with these, but not with each other"), "sessions_at_a_time_are_compared_up_to_a_bound"),
    ("analysis/twin.rs", "MAX_ALIKE", CAPTURE, Less("further sessions are shown, and compared with these, but not with each other"), "sessions_that_begin_alike_are_compared_with_the_first_of_them"),
    ("analysis/notes.rs", "MAX_PORTS_TOLD", CAPTURE, Beside("…"), "of_many_ports_some_are_named"),
    ("analysis/verdict.rs", "MAX_SPACINGS", CAPTURE, Whole("how many SYNs there were is told"), "syns_without_end_are_counted"),
    ("analysis/expect.rs", "MAX_EVIDENCE", CAPTURE, Beside("…"), "a_rubric_and_its_evidence_are_bounded"),
    ("view/inspect/marks.rs", "MAX_DETAIL", FILE, Beside("…"), "captures_are_held_against_a_rubric"),
    ("analysis/expect.rs", "MAX_RUBRIC", FILE, Says("inspect-rubric-too-long"), "long_files_are_refused_with_their_bound"),
    ("analysis/expect.rs", "MAX_EXPECTATIONS", FILE, Says("inspect-rubric-count"), "a_rubric_and_its_evidence_are_bounded"),
    ("view/inspect/gather.rs", "MAX_WAITING", CAPTURE, Says("inspect-part"), "a_report_too_long_to_be_sorted_says_so"),
    ("view/inspect/report.rs", "MAX_SORTED", CAPTURE, Says("inspect-unsorted"), "a_report_too_long_to_be_sorted_says_so"),
    ("view/inspect/gather.rs", "MAX_QUIRKS", CAPTURE, Says("inspect-odd-more"), "of_many_oddities_some_are_told_with_some_of_their_frames"),
    ("view/inspect/gather.rs", "MAX_NAMED", CAPTURE, Beside("…, and how often"), "of_many_oddities_some_are_told_with_some_of_their_frames"),
    ("view/inspect/gather.rs", "MAX_SHOWN", CAPTURE, Says("inspect-more-bytes"), "long_arguments_and_many_users_are_shortened"),
    ("view/inspect/report.rs", "MAX_USERS", CAPTURE, Says("inspect-user-others"), "logins_and_refusals_are_counted"),
    ("view/inspect/lists.rs", "MAX_USERS", CAPTURE, Beside("…"), "long_arguments_and_many_users_are_shortened"),
    ("view/inspect/ladder.rs", "MAX_RUNGS", CAPTURE, Says("inspect-ladder-more"), "ladder_log_and_page_say_how_much_more_there_is"),
    ("view/inspect/dialogue.rs", "MAX_LOG", CAPTURE, Says("inspect-log-more"), "ladder_log_and_page_say_how_much_more_there_is"),
    ("view/inspect/dialogue.rs", "MAX_LOGS", CAPTURE, Says("inspect-log-more"), "logs_of_many_sessions_at_a_time_are_bounded"),
    ("view/inspect/dialogue.rs", "MAX_KEPT", CAPTURE, Beside("# data from S: N bytes"), "data_of_many_connections_at_a_time_is_bounded"),
    ("view/inspect/html.rs", "MAX_SESSIONS", CAPTURE, Says("inspect-ladder-more"), "a_page_says_how_much_more_there_is"),
    ("view/inspect/html.rs", "MAX_RUNGS", CAPTURE, Says("inspect-ladder-more"), "a_page_says_how_much_more_there_is"),
    ("view/inspect/html.rs", "MAX_LINES", CAPTURE, Says("inspect-ladder-more"), "a_page_says_how_much_more_there_is"),
    ("view/inspect/html.rs", "MAX_CURVES", CAPTURE, Says("inspect-ladder-more"), "a_page_says_how_much_more_there_is"),
    ("view/inspect/html.rs", "MAX_ODD", CAPTURE, Says("inspect-odd-more"), "a_page_says_how_much_more_there_is"),
    ("view/inspect/html.rs", "MAX_POINTS", CAPTURE, Whole("every other point is dropped; the curve keeps its shape and its end"), "a_curve_keeps_its_shape_in_few_points"),
    ("view/inspect/phrase.rs", "MAX_VALUES", CAPTURE, Whole("values of our own messages"), "no_message_has_more_values_than_a_phrase_takes"),
    ("view/log.rs", "MAX_DATA", PEER, Beside("# data from S: N bytes"), "long_data_is_a_number_in_a_log_and_its_head_in_json"),
    ("view/json.rs", "MAX_HEAD", PEER, Beside("the number of bytes stands beside the first of them"), "long_data_is_a_number_in_a_log_and_its_head_in_json"),
    ("cmd/folder.rs", "MAX_DEPTH", FILE, Says("error-folders-deep"), "folders_that_are_too_deep_are_told"),
    ("cmd/inspect/extract.rs", "MAX_FILES", CAPTURE, Says("inspect-extract-beyond"), "files_beyond_the_last_place_are_told"),
    ("cmd/inspect/extract.rs", "MAX_PIECES", CAPTURE, Beside("left_out in the manifest"), "a_transfer_in_too_many_pieces_says_what_is_in_no_file"),
    ("cmd/inspect/extract.rs", "BUFFERS", CAPTURE, Whole("what is beyond is written to the file at once"), "files_that_are_too_much_for_memory_are_whole"),
    ("cmd/inspect/extract.rs", "MAX_NAME", CAPTURE, Beside("the manifest has the whole name"), "names_are_flat_and_safe"),
    // What is typed, pasted, piped in.
    ("io/editor.rs", "MAX_TYPED", PERSON, Says("error-line-too-long"), "a_line_too_long_to_be_typed_is_left_out_and_told"),
    ("io/stdio.rs", "MAX_LINE", PERSON, Says("pasv-line-cut"), "a_pasted_line_says_how_much_of_it_was_read"),
    ("cmd/pasv_calc.rs", "MAX_PIECES", PERSON, Whole("an end point broken over more lines is told as one that breaks off"), "an_end_point_broken_over_too_many_lines_is_told_as_one_that_breaks_off"),
    ("view/raw.rs", "SHOWN", PEER, Says("raw-line-cut"), "a_hostile_server_reaches_neither_the_terminal_nor_the_memory"),
    ("view/raw.rs", "MAX_DATA_LINE", PEER, Whole("a longer line of data is shown in pieces"), "a_line_of_data_without_end_is_shown_in_pieces"),
    ("io/background.rs", "MAX_WAITING", PEER, Whole("no more is read until some of it is shown"), "what_comes_faster_than_it_is_shown_waits"),
    ("io/printer.rs", "MAX_WAITING", PEER, Whole("whoever prints waits for the terminal, a second at most"), "whoever_prints_too_much_waits_a_moment_and_nothing_is_lost"),
    ("io/terminals.rs", "MAX_LINE", PEER, Whole("the rest of a longer line is a line of its own"), "a_line_that_is_too_long_comes_in_pieces"),
    ("io/file.rs", "MAX_SYSTEM_FILE", FILE, Less("who holds a port is not named among 100,000 sockets"), "a_file_of_the_systems_is_read_up_to_a_bound"),
    // Sheets and reports.
    ("lab.rs", "MAX_SHEET", SHEET, Says("labcheck-mistake-too-long"), "long_files_are_refused_with_their_bound"),
    ("lab.rs", "MAX_PARTS", SHEET, Says("labcheck-mistake-too-many"), "mistakes_and_parts_of_a_sheet_or_a_script_have_a_last_one"),
    ("lab.rs", "MAX_MISTAKES", SHEET, Says("labcheck-first"), "mistakes_and_parts_of_a_sheet_or_a_script_have_a_last_one"),
    ("lab.rs", "MAX_CHOICES", SHEET, Says("labcheck-mistake-choice-count"), "a_question_has_as_many_choices_as_there_are_letters"),
    ("lab/parse.rs", "MAX_LINE", SHEET, Whole("line and column of the mistake are told, without the text"), "a_mistake_in_a_line_of_endless_length_is_told_by_its_place"),
    ("lab/expression.rs", "MAX_DEPTH", PERSON, Whole("what nests deeper is no arithmetic, and told as a wrong answer"), "arithmetic_without_end_is_an_answer_like_any_other"),
    ("lab/expression.rs", "MAX_TOKENS", PERSON, Whole("what is longer is no arithmetic, and told as a wrong answer"), "arithmetic_without_end_is_an_answer_like_any_other"),
    ("lab/answer.rs", "MAX_ANSWER", PERSON, Says("labrun-answer-too-long"), "answers_and_texts_are_kept_to_their_bounds"),
    ("lab/report.rs", "MAX_REPORT", FILE, Says("labmarks-too-long"), "long_files_are_refused_with_their_bound"),
    ("lab/marks.rs", "MAX_SAME", FILE, Less("texts are compared up to here; lab run takes no longer one"), "free_texts_are_compared_as_far_as_lab_run_takes_them"),
    ("lab/skeleton.rs", "MAX_COMMANDS", FILE, Says("labnew-left-out"), "a_dialogue_of_too_many_commands_makes_no_endless_sheet"),
    ("lab/skeleton.rs", "MAX_SCRIPT", FILE, Says("labnew-left-out"), "a_dialogue_of_too_many_bytes_makes_no_endless_script"),
    ("lab/skeleton.rs", "MAX_DATA_LINES", FILE, Says("labnew-data-left-out"), "data_lines_of_a_sheet_have_a_last_one"),
    ("lab/seen.rs", "MAX_LINE", FILE, Whole("no longer than what the reader of the file passes on"), "nothing_grows_without_bound"),
    ("lab/seen.rs", "MAX_SESSIONS", FILE, Less("the oldest connection is forgotten"), "nothing_grows_without_bound"),
    ("lab/seen.rs", "MAX_PENDING", FILE, Less("the oldest command is forgotten"), "nothing_grows_without_bound"),
    ("lab/seen.rs", "MAX_DATA", FILE, Less("the oldest data connection is forgotten"), "nothing_grows_without_bound"),
    ("lab/seen.rs", "MAX_TEXT", FILE, Less("the beginning of an argument, as a value"), "a_text_is_kept_as_a_value_up_to_a_length"),
    ("cmd/lab/follow.rs", "MAX_LINES", PEER, Beside("# S> +N lines"), "a_dialogue_in_a_report_says_how_much_is_left_out"),
    ("cmd/lab/walk.rs", "MAX_DIALOGUE", PEER, Beside("# +N lines"), "a_dialogue_in_a_report_says_how_much_is_left_out"),
    ("cmd/lab/walk.rs", "MAX_ANSWER", PERSON, Beside("…"), "answers_and_texts_are_kept_to_their_bounds"),
    ("cmd/lab/walk.rs", "MAX_ANSWERS", PERSON, Says("labrun-answers-full"), "answers_and_texts_are_kept_to_their_bounds"),
    ("cmd/lab/person.rs", "MAX_TEXT", PERSON, Says("labrun-write-full"), "answers_and_texts_are_kept_to_their_bounds"),
    ("cmd/lab/run.rs", "MAX_ANSWERS", FILE, Says("labrun-answers-too-long"), "long_files_are_refused_with_their_bound"),
    ("cmd/lab/library.rs", "MAX_FILES", FILE, Says("lab-list-left-out"), "a_folder_of_too_many_sheets_says_how_many_were_not_read"),
    ("view/lab/marks.rs", "MAX_BLOCKS", FILE, Says("labmarks-left-out"), "a_mark_sheet_with_too_many_columns_says_so"),
    ("io/events.rs", "MAX_EVENT", FILE, Says("labrun-events-unread"), "a_file_is_followed_in_whole_lines"),
    ("io/events.rs", "MAX_AT_ONCE", FILE, Whole("the rest is read the next time"), "a_file_that_is_long_already_is_read_in_parts"),
    // Scripts, and the fake server that plays them.
    ("script.rs", "MAX_SCRIPT", SCRIPT, Says("server-mistake-too-long"), "long_files_are_refused_with_their_bound"),
    ("script.rs", "MAX_MISTAKES", SCRIPT, Says("server-mistakes-first"), "mistakes_and_parts_of_a_sheet_or_a_script_have_a_last_one"),
    ("script/parse.rs", "MAX_TIME", SCRIPT, Says("server-mistake-time-invalid"), "a_script_that_asks_for_too_much_is_told"),
    ("script/pattern.rs", "MAX_REGEX", SCRIPT, Says("server-mistake-regex-invalid"), "a_script_that_asks_for_too_much_is_told"),
    ("script/tree.rs", "MAX_ENTRIES", CLIENT, Says("server-tree-too-much"), "memory_is_counted_and_freed"),
    ("script/tree.rs", "MAX_DEPTH", CLIENT, Says("server-tree-too-much"), "a_script_that_asks_for_too_much_is_told"),
    ("script/tree.rs", "MAX_MEMORY", CLIENT, Says("server-fault-no-room"), "uploads_side_by_side_share_one_room_and_give_it_back"),
    ("script/tree.rs", "MAX_NAME", CLIENT, Reply("553"), "a_name_too_long_is_a_553"),
    ("script/play.rs", "MAX_QUEUE", CLIENT, Whole("no more is read from the client until they are answered"), "a_client_that_never_reads_holds_up_nobody"),
    ("script/server.rs", "MAX_FRAMES", CLIENT, Whole("a second STAT waits its turn"), "a_second_stat_waits_its_turn"),
    ("script/server/reach.rs", "MAX_NAME", CLIENT, Says("server-data-kept"), "a_long_name_is_stored_under_its_beginning_and_the_person_sees_which"),
    ("script/by_hand.rs", "MAX_HOLD", PERSON, Says("hand-held-enough"), "a_client_is_held_for_ten_minutes_and_no_longer"),
    ("io/server/options.rs", "MAX_LINE", CLIENT, Reply("500 Line too long."), "a_command_line_too_long_is_a_500_and_the_person_sees_it"),
    ("io/server/options.rs", "MAX_CONNECTIONS", CLIENT, Says("server-turned-away"), "one_client_too_many_is_turned_away_and_the_person_sees_it"),
    ("io/server/options.rs", "MAX_DATA_PORTS", CLIENT, Says("server-fault-no-port"), "one_data_port_too_many_is_a_425_and_the_person_sees_it"),
    ("script/play.rs", "MAX_UPLOAD", CLIENT, Says("server-fault-too-much"), "an_upload_of_one_byte_too_many_is_a_552_and_the_person_sees_it"),
    ("script/play.rs", "MAX_IDLE", CLIENT, Says("server-idle"), "who_is_idle_for_too_long_gets_a_421_and_the_person_sees_it"),
    ("script/play.rs", "MAX_DATA_WAIT", CLIENT, Says("server-fault-nobody-came"), "who_loops_or_opens_no_data_connection_is_told_and_the_person_sees_it"),
    ("script/play.rs", "MAX_REPEATS", CLIENT, Says("server-looping"), "who_loops_or_opens_no_data_connection_is_told_and_the_person_sees_it"),
    ("io/server/person.rs", "MAX_GIVEN", PERSON, Whole("who types waits"), "who_types_more_than_a_client_takes_waits_and_nothing_is_lost"),
    ("io/server/options.rs", "STALL", CLIENT, Says("server-stalled"), "who_takes_nothing_of_a_reply_is_closed_and_the_person_sees_it"),
    ("io/server/data.rs", "STALL", CLIENT, Says("server-fault-lost"), "a_data_connection_on_which_nothing_moves_is_given_up_and_the_person_sees_it"),
    ("io/server/store.rs", "MAX_NAMES", CLIENT, Says("server-fault-no-room"), "names_of_uploads_are_remembered_up_to_a_bound"),
    ("io/server/data.rs", "MAX_STRANGERS", PEER, Says("server-fault-strangers-came"), "strangers_at_a_data_port_are_told_and_there_is_a_last_one"),
    ("cmd/fake_server/from.rs", "MAX_LINES", FILE, Whole("longer text is a file beside the script"), "long_text_is_a_file_beside_the_script"),
    ("cmd/fake_server/from.rs", "MAX_DATA", CAPTURE, Says("server-from-not-kept"), "data_that_is_too_much_for_memory_is_in_no_file_and_told"),
    ("cmd/fake_server/outputs.rs", "MAX_KEPT", CLIENT, Whole("a long dialogue is written before it is over"), "a_long_dialogue_is_in_the_log_before_it_is_over"),
    ("script/client.rs", "MAX_COMPARED", SCRIPT, Says("server-test-uncompared"), "a_file_too_large_to_be_compared_is_received_to_its_end"),
    ("io/client.rs", "MAX_LINE", SCRIPT, Whole("no line of a script is longer than the script"), "the_longest_line_of_a_script_is_tried_whole"),
    ("io/client.rs", "MAX_DATA", SCRIPT, Whole("what is beyond is received and counted; what is compared is not as long"), "a_file_too_large_to_be_compared_is_received_to_its_end"),
    ("view/server.rs", "MAX_SHOWN", SCRIPT, Beside("…"), "a_line_of_a_script_is_shown_up_to_a_length"),
];

/// A constant as it stands in the code.
struct Constant {
    value: String,
    documented: bool,
}

/// The numeric constants below `src`, by file and name; those of tests are not among them.
fn constants() -> BTreeMap<(String, String), Constant> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut all = BTreeMap::new();
    for file in files {
        let source = fs::read_to_string(&file).expect("a source file");
        let name = file.strip_prefix(&src).expect("below src");
        let name = name.to_str().expect("UTF-8").to_owned();
        let mut before = "";
        for line in source.lines() {
            let declared = line.trim_start();
            let declared = declared.strip_prefix("pub").map_or(declared, |rest| {
                rest.split_once("const ").map_or("", |(_, rest)| rest)
            });
            let declared = declared.strip_prefix("const ").unwrap_or(declared);
            if line.contains("const ")
                && let Some((constant, rest)) = declared.split_once(": ")
                && let Some((_, value)) = rest.split_once(" = ")
                && constant.chars().all(|c| c.is_ascii_uppercase() || c == '_')
            {
                let value = value.trim_end_matches(';').to_owned();
                let documented = before.trim_start().starts_with("///");
                all.insert(
                    (name.clone(), constant.to_owned()),
                    Constant { value, documented },
                );
            }
            before = line;
        }
    }
    all
}

/// Every line of the sources and of the tests.
fn code(folders: &[&str]) -> String {
    let mut files = Vec::new();
    for folder in folders {
        rust_files(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut files,
        );
    }
    let read = |file| fs::read_to_string(file).expect("a source file");
    files.iter().map(read).collect()
}

fn messages(lang: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/view/text")
        .join(lang);
    let mut all = String::from("\n");
    for entry in fs::read_dir(folder).expect("messages") {
        all += &fs::read_to_string(entry.expect("an entry").path()).expect("a file");
    }
    all
}

#[test]
fn every_bound_is_in_the_table_and_has_its_reason() {
    let constants = constants();
    let mut faults = Vec::new();
    for ((file, name), constant) in &constants {
        let row = BOUNDS.iter().find(|row| row.0 == file && row.1 == name);
        if name.starts_with("MAX_") && row.is_none() {
            faults.push(format!("src/{file}: {name} is not in the table"));
        }
        if row.is_some() && !constant.documented {
            faults.push(format!("src/{file}: {name} has no comment of its own"));
        }
    }
    for (file, name, ..) in BOUNDS {
        if !constants.contains_key(&((*file).to_owned(), (*name).to_owned())) {
            faults.push(format!("{name} is gone from src/{file}"));
        }
        let rows = BOUNDS.iter().filter(|row| (row.0, row.1) == (*file, *name));
        if rows.count() > 1 {
            faults.push(format!("{file}: {name} is there twice"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The code of a test.
fn body<'a>(code: &'a str, test: &str) -> Option<&'a str> {
    let at = code.find(&format!("fn {test}()"))?;
    // Attributes stand before it; `#[test]` is one of them.
    let before = code[..at].rfind("}\n").unwrap_or(0);
    if !code[before..at].contains("#[test]") {
        return None;
    }
    let line = code[..at].rfind('\n').map_or(0, |line| line + 1);
    let end = format!("\n{}}}\n", " ".repeat(at - line));
    let length = code[at..].find(&end)?;
    Some(&code[at..at + length])
}

/// True where code names a word of a message, one that is no value: it looks for what the message says.
fn has_words_of(code: &str, id: &str, texts: &str) -> bool {
    let Some((_, message)) = texts.split_once(&format!("\n{id} =")) else {
        return false;
    };
    let first = message.lines().next().unwrap_or_default();
    let rest = message
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with([' ', '}']));
    let words = std::iter::once(first).chain(rest).flat_map(|line| {
        line.split(|c: char| !c.is_alphabetic() && c != '$')
            .filter(|word| !word.contains('$') && word.chars().count() > 3 && *word != "other")
    });
    words
        .into_iter()
        .any(|word| code.split(|c: char| !c.is_alphabetic()).any(|w| w == word))
}

#[test]
fn every_bound_is_told_and_tested() {
    let (sources, all) = (code(&["src"]), code(&["src", "tests"]));
    let texts = ["en", "fr"].map(messages);
    let mut faults = Vec::new();
    for (file, name, _, told, test) in BOUNDS {
        match told {
            Says(id) => {
                let there = |text: &String| text.contains(&format!("\n{id} ="));
                if !texts.iter().all(there) {
                    faults.push(format!("{file}: {name}: there is no message {id}"));
                }
            }
            Reply(reply) if !sources.contains(reply) => {
                faults.push(format!("{file}: {name}: nobody replies {reply}"));
            }
            Reply(_) | Beside(_) | Whole(_) | Less(_) => {}
        }
        // Words have blanks between them, a test's name has none.
        if test.contains(' ') {
            continue;
        }
        let Some(body) = body(&all, test) else {
            faults.push(format!("{file}: {name}: there is no test {test}"));
            continue;
        };
        let seen = match told {
            Says(id) => texts.iter().any(|text| has_words_of(body, id, text)),
            Reply(what) | Beside(what) => what.split(' ').any(|word| body.contains(word)),
            Whole(_) | Less(_) => true,
        };
        if !seen && !body.contains(name) {
            faults.push(format!(
                "{file}: {name}: {test} looks for nothing that tells of it"
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What `inspect` says by way of a phrase takes so many values of a message, and no more.
#[test]
fn no_message_has_more_values_than_a_phrase_takes() {
    let most = &constants()[&("view/inspect/phrase.rs".to_owned(), "MAX_VALUES".to_owned())].value;
    let most: usize = most.parse().expect("a number");
    for lang in ["en", "fr"] {
        let all = messages(lang);
        // A message begins at the start of a line; what belongs to it is indented, or closes it.
        for message in all.split("\ninspect-").skip(1) {
            let end = message.find("\n\n").unwrap_or(message.len());
            let words = message[..end].split('$').skip(1);
            let name = |rest: &str| {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
                rest[..end.unwrap_or(rest.len())].to_owned()
            };
            let values: BTreeSet<String> = words.map(name).collect();
            assert!(values.len() <= most, "{lang}: inspect-{}", &message[..40]);
        }
    }
}

#[test]
fn the_table() {
    let constants = constants();
    let english = messages("en");
    for (file, name, who, told, test) in BOUNDS {
        let key = ((*file).to_owned(), (*name).to_owned());
        let value = constants.get(&key).map_or("", |constant| &constant.value);
        let told = match told {
            Says(id) => {
                let line = english.split(&format!("\n{id} =")).nth(1).unwrap_or("");
                let words: Vec<&str> = line.lines().take(1).map(str::trim).collect();
                format!("{id}: {}", words.join(" "))
            }
            Reply(reply) => format!("reply {reply}"),
            Beside(what) => format!("beside it: {what}"),
            Whole(why) => format!("nothing is lost: {why}"),
            Less(why) => format!("known less: {why}"),
        };
        println!("{file} {name} = {value} | {who} | {told} | {test}");
    }
    assert!(BOUNDS.len() > 100);
}
