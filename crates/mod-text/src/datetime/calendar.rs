//! The proleptic Gregorian calendar: days, ordinals and ISO weeks. Years are 1 to 9999 wherever a date is made of them.

pub const YEAR_MIN: i32 = 1;
pub const YEAR_MAX: i32 = 9999;
/// The ordinal of 9999-12-31.
pub const ORDINAL_MAX: i32 = 3_652_059;
/// The ordinal of 1970-01-01.
pub const ORDINAL_EPOCH: i32 = 719_163;

const BEFORE: [i32; 13] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const LENGTHS: [i32; 13] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

pub const DAY_NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
pub const MONTH_NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

pub fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a month; `month` is 1 to 12.
pub fn days_in_month(year: i32, month: i32) -> i32 {
    if month == 2 && is_leap(year) { 29 } else { LENGTHS.get(month as usize).copied().unwrap_or(31) }
}

/// Days of the year before a month.
pub fn days_before_month(year: i32, month: i32) -> i32 {
    BEFORE.get(month as usize).copied().unwrap_or(0) + i32::from(month > 2 && is_leap(year))
}

fn days_before_year(year: i32) -> i32 {
    let y = year - 1;
    y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400)
}

/// 0001-01-01 is day 1.
pub fn to_ordinal(year: i32, month: i32, day: i32) -> i32 {
    days_before_year(year) + days_before_month(year, month) + day
}

/// Year, month and day of an ordinal of 1 or more.
pub fn from_ordinal(ordinal: i32) -> (i32, i32, i32) {
    let n = ordinal - 1;
    let (n400, n) = (n / 146_097, n % 146_097);
    let (n100, n) = (n / 36_524, n % 36_524);
    let (n4, n) = (n / 1461, n % 1461);
    let (n1, n) = (n / 365, n % 365);
    let year = n400 * 400 + n100 * 100 + n4 * 4 + n1 + 1;
    if n1 == 4 || n100 == 4 {
        return (year - 1, 12, 31);
    }
    let mut month = (n + 50) >> 5;
    if days_before_month(year, month) > n {
        month -= 1;
    }
    (year, month, n - days_before_month(year, month) + 1)
}

/// Monday is 0.
pub fn weekday(year: i32, month: i32, day: i32) -> i32 {
    (to_ordinal(year, month, day) + 6) % 7
}

/// The ordinal of the Monday that starts the ISO year.
pub fn iso_year_start(year: i32) -> i32 {
    let first = to_ordinal(year, 1, 1);
    let weekday = (first + 6) % 7;
    let monday = first - weekday;
    if weekday > 3 { monday + 7 } else { monday }
}

/// ISO year, week and weekday (1 is Monday).
pub fn to_iso(year: i32, month: i32, day: i32) -> (i32, i32, i32) {
    let today = to_ordinal(year, month, day);
    let mut year = year;
    let mut start = iso_year_start(year);
    if today < start {
        year -= 1;
        start = iso_year_start(year);
    } else if today >= iso_year_start(year + 1) {
        year += 1;
        start = iso_year_start(year);
    }
    (year, (today - start) / 7 + 1, (today - start) % 7 + 1)
}

/// What is wrong with an ISO date.
pub enum BadIso {
    Year,
    Week,
    Day,
}

/// The date of an ISO year, week and weekday; the year may come out as 0 or 10000.
pub fn from_iso(year: i32, week: i32, day: i32) -> Result<(i32, i32, i32), BadIso> {
    if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
        return Err(BadIso::Year);
    }
    if !(1..53).contains(&week) {
        // A year has 53 weeks if it starts on a Thursday, or is a leap year and starts on a Wednesday.
        let first = weekday(year, 1, 1);
        if week != 53 || !(first == 3 || (first == 2 && is_leap(year))) {
            return Err(BadIso::Week);
        }
    }
    if !(1..8).contains(&day) {
        return Err(BadIso::Day);
    }
    let ordinal = iso_year_start(year) + (week - 1) * 7 + day - 1;
    if ordinal < 1 { Ok((0, 12, 31 + ordinal)) } else { Ok(from_ordinal(ordinal)) }
}

/// Seconds since 0001-01-01 of a date and time.
pub fn to_seconds(year: i32, month: i32, day: i32, hour: i32, minute: i32, second: i32) -> i64 {
    i64::from(to_ordinal(year, month, day)) * 86_400 + i64::from(hour * 3600 + minute * 60 + second)
}
