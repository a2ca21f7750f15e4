//! `Retry-After` (RFC 9110, section 10.2.3): seconds or an HTTP date.

use std::time::Duration;

use http::{HeaderMap, header};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// The three forms of an HTTP date (RFC 9110, section 5.6.7), the current one first.
const HTTP_DATES: [&str; 3] = [
    "%a, %d %b %Y %H:%M:%S GMT",
    "%A, %d-%b-%y %H:%M:%S GMT",
    "%a %b %e %H:%M:%S %Y",
];

/// How long the vendor asks to be left alone, at most `longest`; none where it does not say, or
/// says nothing sensible.
///
/// A date is taken relative to the reply's own `Date`, so that a vendor whose clock is wrong is
/// still understood, and relative to `now` where it has none. A date that has passed is zero.
pub(super) fn retry_after(
    headers: &HeaderMap,
    now: Timestamp,
    longest: Duration,
) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let asked = match seconds(text) {
        Some(seconds) => Duration::from_secs(seconds),
        None => {
            let sent = headers.get(header::DATE).and_then(|v| v.to_str().ok());
            let sent = sent.and_then(http_date).unwrap_or(now);
            let wait = http_date(text)?.duration_since(sent);
            // Whole milliseconds, rounded up: a moment early would break the promise.
            u64::try_from(wait.as_millis()).map_or(Duration::ZERO, Duration::from_millis)
        }
    };
    Some(asked.min(longest))
}

/// The instant in an HTTP date.
fn http_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let civil = HTTP_DATES
        .iter()
        .find_map(|format| DateTime::strptime(format, text).ok())?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Digits only: `-5`, `1.5` and `1e9` are no delay. More digits than fit are simply very long.
fn seconds(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const LONGEST: Duration = Duration::from_secs(120);

    fn asked(retry_after_text: &str, date: Option<&str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::RETRY_AFTER,
            HeaderValue::from_str(retry_after_text).unwrap(),
        );
        if let Some(date) = date {
            headers.insert(header::DATE, HeaderValue::from_str(date).unwrap());
        }
        let now = "2026-11-06T08:49:30Z".parse().unwrap();
        retry_after(&headers, now, LONGEST)
    }

    #[test]
    fn seconds_are_taken_as_they_are() {
        assert_eq!(asked("7", None), Some(Duration::from_secs(7)));
        assert_eq!(asked("0", None), Some(Duration::ZERO));
    }

    #[test]
    fn a_date_is_relative_to_the_local_clock_without_a_date_header() {
        let wait = asked("Fri, 06 Nov 2026 08:49:37 GMT", None);
        assert_eq!(wait, Some(Duration::from_secs(7)));
    }

    #[test]
    fn a_date_is_relative_to_the_vendors_own_clock_where_it_tells_it() {
        let wait = asked(
            "Fri, 06 Nov 2026 10:00:20 GMT",
            Some("Fri, 06 Nov 2026 10:00:00 GMT"),
        );
        assert_eq!(wait, Some(Duration::from_secs(20)));
    }

    #[test]
    fn the_obsolete_date_forms_are_understood() {
        let wait = Some(Duration::from_secs(7));
        assert_eq!(asked("Friday, 06-Nov-26 08:49:37 GMT", None), wait);
        assert_eq!(asked("Fri Nov  6 08:49:37 2026", None), wait);
    }

    #[test]
    fn a_passed_date_is_no_wait() {
        let wait = asked("Fri, 06 Nov 2026 08:00:00 GMT", None);
        assert_eq!(wait, Some(Duration::ZERO));
    }

    #[test]
    fn absurd_values_are_clamped_and_nonsense_is_ignored() {
        assert_eq!(asked("31536000", None), Some(LONGEST));
        assert_eq!(asked("99999999999999999999999999", None), Some(LONGEST));
        let next_century = asked("Wed, 06 Nov 2126 08:49:37 GMT", None);
        assert_eq!(next_century, Some(LONGEST));
        assert_eq!(asked("-5", None), None);
        assert_eq!(asked("soon", None), None);
        assert_eq!(asked("1.5", None), None);
    }
}
