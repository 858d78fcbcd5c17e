//! scratch
use ftplab::capture::{file::Reader, flow::*, frame::Undelivered, reassembly::*, tracker::Tracker};
struct N(u64, u64);
impl Watch for N {
    fn opened(&mut self, _: &Flow) -> Interest {
        self.1 += 1;
        Interest::Follow
    }
    fn data(&mut self, _: &Flow, c: &Chunk<'_>) -> Interest {
        self.0 += c.bytes.len() as u64;
        Interest::Follow
    }
    fn gap(&mut self, _: &Flow, _: &Gap) -> Interest {
        Interest::Follow
    }
    fn ended(&mut self, _: &Flow, _: Way, _: End, _: Mark) {}
    fn undelivered(&mut self, _: &Flow, _: &Undelivered, _: Mark) {}
    fn conflict(&mut self, _: &Flow, _: Way, _: &Conflict) {}
    fn left(&mut self, _: &Flow, _: Leaving) {}
}
fn main() {
    let mut reader =
        Reader::open(std::fs::File::open(std::env::args().nth(1).unwrap()).unwrap()).unwrap();
    let mut t = Tracker::default();
    let mut n = N(0, 0);
    while reader.advance() {
        t.packet(&reader.packet(), &mut n);
    }
    t.finish(&mut n);
    println!(
        "{} {} {:?} {:?} {:?}",
        n.0,
        n.1,
        reader.ending(),
        t.counts(),
        t.totals()
    );
}
