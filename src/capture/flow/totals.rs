//! What all connections of a capture say together: how it was taken, and what it lacks. Verdicts about one connection are
//! worth no more than this.

use super::{Flow, Opening, Way};

/// What all connections together say.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// Connections seen.
    pub connections: u64,
    /// Those that left because the table was full before they were over.
    pub evicted: u64,
    /// Those with payload whose beginning is not in the capture.
    pub midstream: u64,
    /// Those with payload or a handshake of which only one direction was captured.
    pub one_way: u64,
    /// SYNs that nobody answered.
    pub unanswered: u64,
    /// Payload bytes that no frame holds.
    pub lost: u64,
    /// Payload bytes that the snapshot length cut.
    pub cut: u64,
    /// Payload bytes that came again.
    pub repeated: u64,
    /// Those of followed connections whose first version was no longer kept, see [`WINDOW`].
    ///
    /// [`WINDOW`]: crate::capture::reassembly::WINDOW
    pub uncompared: u64,
    /// Gaps that were given up because too many bytes behind them were held.
    pub given_up: u64,
    /// Payload bytes of which two versions came.
    pub conflicts: u64,
    /// Segments out of order.
    pub out_of_order: u64,
    /// Frames captured twice.
    pub duplicates: u64,
    /// Connections whose payload looks shortened by an editor.
    pub edited: u64,
}

impl Totals {
    /// Adds a connection that leaves.
    pub fn add(&mut self, flow: &Flow) {
        let ways = [flow.counts(Way::Forth), flow.counts(Way::Back)];
        let payload = ways.iter().any(|counts| counts.wire > 0);
        self.midstream += u64::from(payload && flow.opening() == Opening::Middle);
        self.one_way +=
            u64::from(flow.established() && ways.iter().any(|counts| counts.packets == 0));
        self.unanswered += u64::from(
            flow.syn().is_some() && ways[1].packets == 0 && flow.handshake_ack().is_none(),
        );
        self.edited += u64::from(ways.iter().any(|counts| counts.look_edited()));
        for counts in ways {
            self.lost += counts.lost;
            self.cut += counts.cut;
            self.repeated += counts.repeated;
            self.conflicts += u64::from(counts.conflicts);
            self.out_of_order += u64::from(counts.out_of_order);
            self.duplicates += u64::from(counts.duplicates);
        }
    }
}
