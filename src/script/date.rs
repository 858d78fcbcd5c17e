//! Dates as FTP writes them, from seconds since the epoch and back, in UTC: `20240131235959` (RFC 3659 2.3) and the one
//! of `ls`, which listings imitate.

use crate::ftp::event::Nanos;

/// Seconds since the Unix epoch.
pub type Seconds = u64;

const DAY: u64 = 86_400;
/// `ls` shows the year instead of the hour for what is older than half a year.
const RECENT: u64 = 182 * DAY;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The seconds of a time in nanoseconds.
#[must_use]
pub fn seconds(at: Nanos) -> Seconds {
    at / 1_000_000_000
}

/// Year, month (1 to 12) and day (1 to 31) of a day since the epoch: the usual arithmetic on years that begin in March,
/// so that the leap day is the last of its year.
fn civil(day: u64) -> (u64, u64, u64) {
    let shifted = day + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (era * 400 + year + next, month, date)
}

/// `YYYYMMDDHHMMSS`.
#[must_use]
pub fn stamp(at: Seconds) -> String {
    let (year, month, date) = civil(at / DAY);
    let rest = at % DAY;
    format!(
        "{year:04}{month:02}{date:02}{:02}{:02}{:02}",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

/// As in a listing made at `now`: `Jan 31 23:59`, or `Jan 31  2024` for what is not of the last half year.
#[must_use]
pub fn listed(at: Seconds, now: Seconds) -> String {
    let (year, month, date) = civil(at / DAY);
    let name = usize::try_from(month - 1)
        .ok()
        .and_then(|month| MONTHS.get(month))
        .unwrap_or(&"Jan");
    if at <= now && now - at < RECENT {
        let rest = at % DAY;
        format!("{name} {date:2} {:02}:{:02}", rest / 3600, rest / 60 % 60)
    } else {
        format!("{name} {date:2}  {year:04}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        for (at, text) in [
            (0, "19700101000000"),
            (951_782_399, "20000228235959"),
            (951_782_400, "20000229000000"),
            (1_709_164_800, "20240229000000"),
            (1_735_689_599, "20241231235959"),
            (4_107_542_400, "21000301000000"),
        ] {
            assert_eq!(stamp(at), text);
        }
    }

    #[test]
    fn listings_show_the_hour_or_the_year() {
        let now = 1_735_689_599;
        assert_eq!(listed(now - 3600, now), "Dec 31 22:59");
        assert_eq!(listed(now - 200 * DAY, now), "Jun 14  2024");
        assert_eq!(listed(now + 60, now), "Jan  1  2025");
    }
}
