package content

import (
	"fmt"
	"sort"
	"time"
)

// Date is a day without a time, written as ISO 8601 has it: "2020-12-02". The empty Date is no day.
type Date string

// LastMoment is the last one that has a year of four digits in UTC, to the millisecond.
var LastMoment = time.Date(9999, time.December, 31, 23, 59, 59, 999_000_000, time.UTC)

// Time is the beginning of the day in UTC; false for what is no day of the years 0001 to 9999.
func (d Date) Time() (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, string(d))
	return t, err == nil && len(d) == len(time.DateOnly) && t.Year() > 0
}

// DayOf is the day that it is at a moment in a zone; in UTC where it is of another year than 0001 to 9999 there.
func DayOf(t time.Time, zone *time.Location) Date {
	if t = t.In(zone); t.Year() < 1 || t.Year() > 9999 {
		t = t.UTC()
	}
	return Date(t.Format(time.DateOnly))
}

// Begins is the first moment of the day in a zone; false where the zone skips the day, as Samoa did once, and where the
// moment is none that can be kept. A day need not begin at midnight: a change to summer time may skip that.
func (d Date) Begins(zone *time.Location) (time.Time, bool) {
	day, ok := d.Time()
	if !ok {
		return time.Time{}, false
	}
	begins := beginning(day, zone)
	return begins, Storable(begins) && DayOf(begins, zone) == d
}

// Ends is the last millisecond of the day in a zone; false as with [Date.Begins].
func (d Date) Ends(zone *time.Location) (time.Time, bool) {
	day, ok := d.Time()
	if !ok {
		return time.Time{}, false
	}
	ends := beginning(day.AddDate(0, 0, 1), zone).Add(-time.Millisecond)
	return ends, Storable(ends) && DayOf(ends, zone) == d
}

// beginning is the first moment in a zone, to the second, at which a day has come that is given as its beginning in UTC.
func beginning(day time.Time, zone *time.Location) time.Time {
	const reach = 18 * 60 * 60 // seconds from a moment before the day to its noon
	from := time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, zone).Add(-reach * time.Second)
	return from.Add(time.Duration(sort.Search(reach, func(i int) bool {
		y, m, d := from.Add(time.Duration(i) * time.Second).Date()
		return !time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Before(day)
	})) * time.Second).UTC()
}

// Storable tells whether a moment can be kept: one behind the zero one, which stands for none, up to [LastMoment].
func Storable(t time.Time) bool { return t.After(time.Time{}) && !t.After(LastMoment) }

// Zone is a zone by its name in the IANA database. "Local" and no name are none.
func Zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is no time zone", name)
	}
	return time.LoadLocation(name)
}
