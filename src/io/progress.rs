//! Progress of a long transfer, on standard error where that is a terminal: a bar where the size is known, else what has
//! moved and how fast. Short transfers show none. It has figures only, so it needs no language.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::stdio;

/// A transfer shorter than this shows no progress.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it is drawn, in times a second.
const DRAWN: u8 = 5;

/// What a transfer has moved so far, on a terminal.
pub struct Progress {
    begun: Instant,
    bar: Option<ProgressBar>,
    shown: bool,
}

impl Progress {
    /// Progress of a transfer of `total` bytes, where that is known. Nothing is drawn where standard error is no terminal
    /// or `wanted` is false (the data itself goes to the terminal).
    #[must_use]
    pub fn new(total: Option<u64>, wanted: bool) -> Progress {
        Progress {
            begun: Instant::now(),
            bar: (wanted && stdio::stderr_is_terminal()).then(|| bar(total)),
            shown: false,
        }
    }

    /// So many more bytes have moved.
    pub fn moved(&mut self, bytes: usize) {
        let Some(bar) = &self.bar else {
            return;
        };
        bar.inc(bytes as u64);
        if !self.shown && self.begun.elapsed() >= PATIENCE {
            self.shown = true;
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(DRAWN));
        }
    }

    /// Takes what was drawn away again.
    pub fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// A bar that counts from the beginning, or its speed would be wrong, and is not drawn yet.
fn bar(total: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
    let template = match total {
        Some(_) => {
            "{percent:>3} % [{bar:30}] {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta}"
        }
        None => "{decimal_bytes} {decimal_bytes_per_sec} {elapsed}",
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}
