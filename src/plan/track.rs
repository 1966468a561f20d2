//! When a payout that the API has is looked at next, from its life and from when it was looked at last.
//!
//! What has just been sent arrives within minutes and is looked at often; what takes longer is looked at the less often
//! the older it is. What the payee's bank has is looked at once a day for as long as banks usually send money back.
//! Times are rounded up, so that what was sent together is asked for together.

use jiff::SignedDuration;

use crate::domain::{Life, PayoutState, Timestamp};

/// The first look comes so long after the sending, and no two looks are closer.
pub const FIRST_LOOK: SignedDuration = SignedDuration::from_secs(30);
/// What was sent not longer ago than this is looked at every minute.
const FRESH: SignedDuration = SignedDuration::from_mins(6);
const FRESH_GAP: SignedDuration = SignedDuration::from_secs(50);
/// The longest gap while it is under way.
const LONGEST_GAP: SignedDuration = SignedDuration::from_hours(4);
/// What has been under way or unclear for so long is looked at as seldom as what is paid.
const OLD: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Once a day: what is rounded up to the next full hour comes a day later.
const DAILY: SignedDuration = SignedDuration::from_secs(DAILY_SECS);
const DAILY_SECS: i64 = 23 * 3600;
/// What is paid is looked at for so long.
pub const RETURNS_WITHIN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// When to look at a payout next; none where nothing can come any more, or the API has never made it. What is due is due
/// at `now` at the latest.
pub fn next_look(life: &Life, now: Timestamp, last_look: Option<Timestamp>) -> Option<Timestamp> {
    if !life.is_watched() {
        return None;
    }
    // a clock that was ahead when it was looked at says nothing of when that was
    let last = last_look.filter(|last| *last <= now);
    if life.state == PayoutState::Paid {
        let paid = life.paid_at.or(life.last_sent).unwrap_or(Timestamp::UNIX_EPOCH).min(now);
        let end = together(later(paid, RETURNS_WITHIN), DAILY);
        if last.is_none() && end < now {
            return None; // nobody looked while it could come back, and now it is too late
        }
        let last = last.unwrap_or(paid).max(paid);
        return (last < end).then(|| together(later(last, DAILY), DAILY).min(end));
    }
    let sent = life.last_sent.unwrap_or(Timestamp::UNIX_EPOCH).min(now);
    let last = last.unwrap_or(sent).max(sent);
    let age = last.duration_since(sent);
    let gap = match age {
        age if age < FRESH => (age / 2).clamp(FIRST_LOOK, FRESH_GAP),
        age if age < OLD => (age / 4).min(LONGEST_GAP),
        _ => DAILY,
    };
    Some(together(later(last, gap), gap))
}

/// The next full moment of the clock after which so long a gap may end: it is longer by a quarter at most.
fn together(at: Timestamp, gap: SignedDuration) -> Timestamp {
    let grid = match gap.as_secs() {
        ..120 => 10,
        120..3600 => 30,
        3600..DAILY_SECS => 600,
        _ => 3600,
    };
    let second = at.as_second() + i64::from(at.subsec_nanosecond() > 0);
    Timestamp::from_second(second + (-second).rem_euclid(grid)).unwrap_or(at)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::answer::StatusMeaning;
    use crate::domain::{Answer, Fact, Kind, PayoutStatus};

    const MINUTE: i64 = 60;
    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    /// A payout that was sent at zero and came to a status later.
    fn life(status: &str, meaning: StatusMeaning, at: i64) -> Life {
        let mut life = Life::new(PayoutState::Ready, None);
        life.apply(&Fact::Intent { attempt: 1, kind: Kind::Withdrawal }, second(0));
        life.apply(&Fact::Answered(Answer::Accepted { flash_id: "w1".into(), status: None }), second(0));
        let status = PayoutStatus {
            name: status.into(),
            reject_code: None,
            message: None,
            meaning,
            fee: None,
            rail: None,
            converted: None,
        };
        life.apply(&Fact::Followed(status), second(at));
        life
    }

    fn under_way() -> Life {
        life("PENDING", StatusMeaning::UnderWay, 0)
    }

    /// The looks until `until`, each a second after it is due.
    fn looks(life: &Life, until: i64) -> Vec<i64> {
        let mut looks = Vec::new();
        let mut last = None;
        let begin = life.paid_at.unwrap_or(second(0));
        while let Some(next) = next_look(life, last.unwrap_or(begin), last) {
            if next > second(until) {
                break;
            }
            looks.push(next.as_second());
            last = Some(later(next, SignedDuration::from_secs(1)));
        }
        looks
    }

    #[test]
    fn what_is_under_way_is_looked_at_every_minute_then_less_and_less() {
        assert_eq!(looks(&under_way(), 10 * MINUTE), [30, 70, 110, 170, 230, 290, 350, 410, 520]);
        let all = looks(&under_way(), 2 * DAY);
        let gaps: Vec<i64> = all.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let longest = 4 * HOUR + 10 * MINUTE; // the next full ten minutes after four hours
        assert_eq!(gaps.iter().max(), Some(&longest), "{all:?}");
        assert!(all.len() < 45, "{} looks in two days", all.len());
    }

    #[test]
    fn what_is_paid_is_looked_at_once_a_day_for_thirty_days() {
        let paid = life("CONFIRMED", StatusMeaning::Paid, 90);
        let expected: Vec<i64> = (1..=30).map(|day| day * DAY).chain([30 * DAY + HOUR]).collect();
        assert_eq!(looks(&paid, 400 * DAY), expected);
        // whoever was not there looks once more, and never again
        let month_later = second(90 + 45 * DAY);
        assert_eq!(next_look(&paid, month_later, Some(second(90 + 3 * DAY))), Some(second(4 * DAY)));
        assert_eq!(next_look(&paid, month_later, Some(month_later)), None);
        assert_eq!(next_look(&paid, month_later, Some(second(30 * DAY + HOUR))), None);
        assert_eq!(next_look(&paid, month_later, None), None, "a journal from before there was tracking");
    }

    #[test]
    fn what_was_sent_together_is_looked_at_together() {
        let at = |millisecond| Timestamp::from_millisecond(millisecond).expect("a time");
        let gap = FIRST_LOOK;
        assert_eq!(together(at(60_001), gap), at(70_000));
        assert_eq!(together(at(69_999), gap), at(70_000));
        assert_eq!(together(at(70_000), gap), at(70_000));
        assert_eq!(together(at(-9_999), gap), at(0));
        assert_eq!(together(at(1), DAILY), second(HOUR));
    }

    #[test]
    fn what_is_at_its_end_is_never_looked_at() {
        let end = |name, meaning| next_look(&life(name, meaning, 90), second(100), None);
        assert_eq!(end("REFUNDED", StatusMeaning::Returned), None);
        assert_eq!(end("CANCELLED", StatusMeaning::Cancelled), None);
        assert_eq!(next_look(&Life::new(PayoutState::Ready, None), second(0), None), None);
        let mut in_doubt = Life::new(PayoutState::Ready, None);
        in_doubt.apply(&Fact::Intent { attempt: 1, kind: Kind::Withdrawal }, second(0));
        assert_eq!(next_look(&in_doubt, second(100), None), None, "doubt is settled otherwise");
        // what only a person understands may still become clear
        assert_eq!(end("FAILED", StatusMeaning::Undelivered), Some(second(30)));
    }

    #[test]
    fn a_clock_that_was_set_neither_storms_nor_sleeps() {
        assert_eq!(next_look(&under_way(), second(90), Some(second(400 * DAY))), Some(second(30)), "due");
        let before = second(-DAY); // the clock was set back since it was sent
        assert_eq!(next_look(&under_way(), before, Some(before)), Some(second(-DAY + 30)));
        let paid = life("CONFIRMED", StatusMeaning::Paid, 90);
        assert_eq!(next_look(&paid, before, Some(before)), Some(before + DAILY));
        let mut nameless = under_way();
        (nameless.first_sent, nameless.last_sent) = (None, None);
        assert_eq!(
            next_look(&nameless, second(60 * DAY), Some(second(60 * DAY))),
            Some(second(60 * DAY + 23 * HOUR))
        );
    }

    proptest! {
        /// Whenever it is paid, returned or neither, and however late the looks come.
        #[test]
        fn few_looks_and_no_long_gap(paid_at in proptest::option::of(0_i64..40 * DAY), late in proptest::collection::vec(0_i64..HOUR, 1..20)) {
            let mut last = None;
            let mut count = 0;
            let mut now = second(0);
            // from the thirtieth day on it is looked at once a day, as what is paid
            while now < second(30 * DAY) {
                let paid = paid_at.filter(|paid| second(*paid) <= now);
                let life = paid.map_or_else(under_way, |at| life("CONFIRMED", StatusMeaning::Paid, at));
                let Some(next) = next_look(&life, now, last) else { break };
                let known = last.unwrap_or(second(0));
                prop_assert!(next.duration_since(known) >= FIRST_LOOK);
                let cap = if paid.is_some() { DAILY * 2 } else { LONGEST_GAP + SignedDuration::from_mins(10) };
                prop_assert!(next.duration_since(known) <= cap, "{known} {next}");
                now = next.max(now) + SignedDuration::from_secs(late[count % late.len()]);
                last = Some(now);
                count += 1;
            }
            prop_assert!(count <= 230, "{count} looks in 30 days");
        }
    }
}
