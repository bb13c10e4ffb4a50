package content

import (
	"testing"
	"time"
)

// TestDays checks where days begin and end, and that exactly the moments in between belong to the day.
func TestDays(t *testing.T) {
	for _, c := range []struct {
		day                Date
		zone, begins, ends string
	}{
		{"2020-12-02", "Asia/Ho_Chi_Minh", "2020-12-02T00:00:00+07:00", "2020-12-02T23:59:59.999+07:00"},
		// local mean time, +07:06:30
		{"1900-01-01", "Asia/Ho_Chi_Minh", "1899-12-31T16:53:30Z", "1900-01-01T16:53:29.999Z"},
		{"2018-11-04", "America/Sao_Paulo", "2018-11-04T01:00:00-02:00", "2018-11-04T23:59:59.999-02:00"}, // no midnight
		// the hour before it came twice
		{"2018-02-18", "America/Sao_Paulo", "2018-02-18T00:00:00-03:00", "2018-02-18T23:59:59.999-03:00"},
		{"2024-03-31", "Europe/Berlin", "2024-03-31T00:00:00+01:00", "2024-03-31T23:59:59.999+02:00"},
		// the next day was skipped
		{"2011-12-29", "Pacific/Apia", "2011-12-29T00:00:00-10:00", "2011-12-29T23:59:59.999-10:00"},
		{"2011-12-30", "Pacific/Apia", "", ""},
		{"0001-01-02", "Asia/Ho_Chi_Minh", "0001-01-01T16:53:30Z", "0001-01-02T16:53:29.999Z"},
		{"0001-01-01", "UTC", "", "0001-01-01T23:59:59.999Z"}, // the zero time, which means none
		{"0001-01-01", "Asia/Ho_Chi_Minh", "", "0001-01-01T16:53:29.999Z"},
		{"9999-12-31", "UTC", "9999-12-31T00:00:00Z", "9999-12-31T23:59:59.999Z"},
		{"9999-12-31", "America/New_York", "9999-12-31T00:00:00-05:00", ""},
		{"2021-02-29", "UTC", "", ""},
		{"2021-2-9", "UTC", "", ""},
		{"", "UTC", "", ""},
		{"0000-01-01", "UTC", "", ""},
	} {
		zone, err := Zone(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, edge := range []struct {
			name string
			of   func(*time.Location) (time.Time, bool)
			want string
			out  time.Duration
		}{{"begins", c.day.Begins, c.begins, -time.Millisecond}, {"ends", c.day.Ends, c.ends, time.Millisecond}} {
			got, ok := edge.of(zone)
			if ok != (edge.want != "") {
				t.Errorf("%s in %s %s: %v, %t", c.day, c.zone, edge.name, got, ok)
			}
			if !ok || edge.want == "" {
				continue
			}
			if want, err := time.Parse(time.RFC3339, edge.want); err != nil || !got.Equal(want) {
				t.Errorf("%s in %s %s %s, want %s (%v)", c.day, c.zone, edge.name, got.In(zone), edge.want, err)
			}
			if DayOf(got, zone) != c.day || DayOf(got.Add(edge.out), zone) == c.day {
				t.Errorf("%s in %s does not change at %s", c.day, c.zone, got.In(zone))
			}
		}
	}
}
