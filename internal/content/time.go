package content

import (
	"fmt"
	"sort"
	"time"
)

// Date is a day without a time, in the format of ISO 8601: "2020-12-02". The empty Date is no day.
type Date string

// LastMoment is the last millisecond with a year of four digits in UTC.
var LastMoment = time.Date(9999, time.December, 31, 23, 59, 59, 999_000_000, time.UTC)

// Time returns the beginning of the day in UTC; false if d is not a day of the years 0001 to 9999.
func (d Date) Time() (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, string(d))
	return t, err == nil && len(d) == len(time.DateOnly) && t.Year() > 0
}

// DayOf returns the day of a moment in a time zone; in UTC if its year in the zone is not from 0001 to 9999.
func DayOf(t time.Time, zone *time.Location) Date {
	if t = t.In(zone); t.Year() < 1 || t.Year() > 9999 {
		t = t.UTC()
	}
	return Date(t.Format(time.DateOnly))
}

// Begins returns the first moment of the day in a time zone. It returns false if the zone skips the day, as Samoa did
// once, and if the moment is not [Storable]. A day may begin after midnight, because a change to summer time can skip
// midnight.
func (d Date) Begins(zone *time.Location) (time.Time, bool) {
	day, ok := d.Time()
	if !ok {
		return time.Time{}, false
	}
	begins := beginning(day, zone)
	return begins, Storable(begins) && DayOf(begins, zone) == d
}

// Ends returns the last millisecond of the day in a time zone; false as with [Date.Begins].
func (d Date) Ends(zone *time.Location) (time.Time, bool) {
	day, ok := d.Time()
	if !ok {
		return time.Time{}, false
	}
	ends := beginning(day.AddDate(0, 0, 1), zone).Add(-time.Millisecond)
	return ends, Storable(ends) && DayOf(ends, zone) == d
}

// beginning returns the first second of a day in a time zone. The parameter day is the beginning of that day in UTC.
func beginning(day time.Time, zone *time.Location) time.Time {
	const reach = 18 * 60 * 60 // seconds from a moment before the day to its noon
	from := time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, zone).Add(-reach * time.Second)
	return from.Add(time.Duration(sort.Search(reach, func(i int) bool {
		y, m, d := from.Add(time.Duration(i) * time.Second).Date()
		return !time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Before(day)
	})) * time.Second).UTC()
}

// Storable reports whether a moment can be stored: it is after the zero time, which means none, and not after
// [LastMoment].
func Storable(t time.Time) bool { return t.After(time.Time{}) && !t.After(LastMoment) }

// Zone returns the time zone with a name of the IANA database. "Local" and "" are not valid.
func Zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is no time zone", name)
	}
	return time.LoadLocation(name)
}
