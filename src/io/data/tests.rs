//! Opening, waiting and moving, over loopback.

use std::{
    io::{Cursor, Write},
    net::{IpAddr, Ipv4Addr, Shutdown},
    thread,
    time::Duration,
};

use super::*;
use crate::io::holder::Holder;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn listener() -> Listener {
    bind(SocketAddr::new(LOOPBACK, 0)).expect("a port")
}

/// A connection that we accepted, and the other end of it.
fn pair() -> (Connection, TcpStream) {
    let listener = listener();
    let there = TcpStream::connect(listener.at).expect("connected");
    let here = listener
        .accept(None, &Cancel::default(), None)
        .expect("accepted");
    assert_eq!(here.peer, there.local_addr().expect("address"));
    assert_eq!(here.local, listener.at);
    (here, there)
}

fn quiet(_: Moment<'_>) {}

#[test]
fn what_comes_is_counted_and_kept_until_the_fin() {
    let (here, mut there) = pair();
    let sender = thread::spawn(move || {
        for _ in 0..1000 {
            there.write_all(b"total 48\r\nlast").expect("sent");
        }
    });
    let mut sink = Vec::new();
    let mut told = 0;
    let outcome = receive(here, &mut sink, &Terms::default(), &mut |moment| {
        if let Moment::Bytes(bytes) = moment {
            told += bytes.len();
        }
    })
    .expect("received");
    sender.join().expect("sender");
    assert_eq!((outcome.bytes, outcome.lines), (14_000, 1000));
    assert_eq!((outcome.by, outcome.end), (By::Peer, End::Fin));
    assert_eq!((sink.len(), told), (14_000, 14_000));
    assert!(outcome.flowing <= outcome.open && !outcome.cancelled);
}

#[test]
fn a_reset_is_an_outcome() {
    let (here, mut there) = pair();
    there.write_all(b"half a li").expect("sent");
    let mut sink = Vec::new();
    let mut there = Some(there);
    let outcome = receive(here, &mut sink, &Terms::default(), &mut |_| {
        if let Some(stream) = there.take() {
            let socket = socket2::Socket::from(stream);
            socket.set_linger(Some(Duration::ZERO)).expect("linger");
        }
    })
    .expect("received");
    assert_eq!((outcome.by, outcome.end), (By::Peer, End::Rst));
    assert_eq!(sink, b"half a li");
}

#[test]
fn bytes_and_silence_have_limits() {
    let (here, mut there) = pair();
    there.write_all(&[b'x'; 100]).expect("sent");
    let terms = Terms {
        max_bytes: Some(64),
        ..Terms::default()
    };
    let mut sink = Vec::new();
    let outcome = receive(here, &mut sink, &terms, &mut quiet).expect("received");
    assert_eq!((outcome.by, outcome.end), (By::Us, End::Limit));
    assert_eq!((outcome.bytes, sink.len()), (64, 64));

    let (here, there) = pair();
    let terms = Terms {
        quiet: Some(Duration::from_millis(150)),
        ..Terms::default()
    };
    let outcome = receive(here, &mut sink, &terms, &mut quiet).expect("received");
    assert_eq!((outcome.by, outcome.end), (By::Us, End::Timeout));
    drop(there);
}

#[test]
fn another_thread_can_stop_a_wait_and_a_transfer() {
    let cancel = Cancel::default();
    let listener = listener();
    let stop = cancel.clone();
    let waiting = thread::spawn(move || listener.accept(None, &stop, None));
    thread::sleep(Duration::from_millis(20));
    cancel.cancel();
    assert!(matches!(
        waiting.join().expect("thread"),
        Err(AcceptError::Cancelled)
    ));

    let (here, there) = pair();
    let terms = Terms {
        cancel: cancel.clone(),
        ..Terms::default()
    };
    let outcome = receive(here, &mut io::sink(), &terms, &mut quiet).expect("received");
    assert!(outcome.cancelled && outcome.by == By::Us);
    drop(there);
}

#[test]
fn a_wait_ends_when_nobody_comes() {
    let error = listener()
        .accept(Some(Duration::from_millis(30)), &Cancel::default(), None)
        .expect_err("nobody");
    assert!(matches!(error, AcceptError::Timeout { .. }));
}

#[test]
fn what_is_sent_arrives_whole_and_we_close() {
    let (here, mut there) = pair();
    let file: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
    let copy = file.clone();
    let reader = thread::spawn(move || {
        let mut all = Vec::new();
        there.read_to_end(&mut all).expect("read");
        all
    });
    let outcome = send(here, &mut Cursor::new(file), &Terms::default(), &mut quiet).expect("sent");
    assert_eq!(reader.join().expect("reader"), copy);
    assert_eq!((outcome.by, outcome.end), (By::Us, End::Fin));
    assert_eq!((outcome.bytes, outcome.against), (3_000_000, 0));
}

#[test]
fn a_sender_notices_that_the_other_end_sends_too() {
    let (here, mut there) = pair();
    there.write_all(b"a listing\r\n").expect("sent");
    there.shutdown(Shutdown::Write).expect("closed");
    let outcome = send(
        here,
        &mut Cursor::new(b"a file"),
        &Terms::default(),
        &mut quiet,
    )
    .expect("sent");
    assert_eq!((outcome.bytes, outcome.against), (6, 11));
}

#[test]
fn a_receiver_that_leaves_is_a_reset_for_the_sender() {
    let (here, there) = pair();
    drop(there);
    let outcome = send(
        here,
        &mut Cursor::new(vec![0; 8 << 20]),
        &Terms::default(),
        &mut quiet,
    )
    .expect("an outcome");
    assert_eq!((outcome.by, outcome.end), (By::Peer, End::Rst));
    assert!(outcome.bytes < 8 << 20);
}

#[test]
fn a_full_sink_is_an_error_with_the_count() {
    /// Takes so many bytes, not all of them at once.
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match bytes.len().min(self.0).min(2) {
                0 => Err(io::ErrorKind::StorageFull.into()),
                taken => {
                    self.0 -= taken;
                    Ok(taken)
                }
            }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (here, mut there) = pair();
    there.write_all(b"a\nb\nc\n").expect("sent");
    let error = receive(here, &mut Full(3), &Terms::default(), &mut quiet).expect_err("full");
    let outcome = error.outcome;
    assert_eq!(
        (error.part, outcome.bytes, outcome.lines),
        (Part::Sink, 3, 1)
    );
    assert_eq!((outcome.end, outcome.is_whole()), (End::Failed, false));
}

#[test]
fn a_taken_port_names_its_holder_and_a_free_one() {
    let holder = listener();
    match bind(holder.at).expect_err("taken") {
        BindError::Taken { at, holder, free } => {
            assert_eq!(at.ip(), LOOPBACK);
            let free = free.expect("a free port");
            assert_ne!(free, at.port());
            if cfg!(target_os = "linux") {
                let Some(Holder::Process { pid, .. }) = holder else {
                    panic!("who holds it: {holder:?}");
                };
                assert_eq!(pid, std::process::id());
            }
        }
        other => panic!("{other}"),
    }
}

#[test]
fn an_address_of_somebody_else_is_not_ours() {
    let error = bind(SocketAddr::from(([192, 0, 2, 1], 0))).expect_err("TEST-NET-1");
    assert!(matches!(error, BindError::NotOurs { .. }), "{error}");
}

#[test]
fn connecting_where_nobody_listens_is_refused() {
    let at = listener().at;
    let error = connect(at, Duration::from_secs(5), &Cancel::default(), None).expect_err("refused");
    assert!(
        matches!(&error, ConnectError::System { error, .. } if error.kind() == io::ErrorKind::ConnectionRefused),
        "{error}"
    );
    let open = listener();
    let connection =
        connect(open.at, Duration::from_secs(5), &Cancel::default(), None).expect("open");
    assert_eq!(connection.peer, open.at);
}
