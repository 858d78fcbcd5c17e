//! The facts of a capture that a sheet can ask for, held against what `inspect` says of the same capture (its golden).

use ftplab::{
    analysis::inspector::{Inspector, Options},
    capture::{file::Reader, tracker::Tracker},
    lab::{
        captured::Facts,
        template::{Captured, End},
    },
};

#[test]
fn what_a_capture_of_passive_mode_shows() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/captures/passive-vsftpd.pcap");
    let bytes = std::fs::read(path).expect("a shipped capture");
    let mut facts = Facts::default();
    let mut reader = Reader::open(bytes.as_slice()).expect("a capture");
    let mut tracker = Tracker::default();
    let mut inspector = Inspector::new(Options::default(), |finding| facts.finding(finding));
    let mut packets = 0;
    while reader.advance() {
        packets += 1;
        tracker.packet(&reader.packet(), &mut inspector);
    }
    tracker.finish(&mut inspector);
    inspector.finish();
    drop(inspector);
    facts.packets = packets;
    let shown: Vec<String> = [
        Captured::Packets,
        Captured::ClientPort,
        Captured::ServerPort,
        Captured::FirstFrame,
        Captured::PasvFrame,
        Captured::DataPort(End::From),
        Captured::DataPort(End::To),
        Captured::DataBytes,
        Captured::DataFirstFrame,
    ]
    .into_iter()
    .map(|what| facts.value(what).unwrap_or_default())
    .collect();
    assert_eq!(
        shown,
        [
            "49", "58728", "21", "1", "14", "55574", "23851", "11393", "15"
        ]
    );
    assert_eq!(Facts::default().value(Captured::DataBytes), None);
}
