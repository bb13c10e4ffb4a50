package scalar_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
	"time"
	"unsafe"

	"sen/graph/scalar"
	"sen/internal/content"
)

// TestLiteralsAreCopied checks that a value that was read from a literal does not keep its document in memory.
func TestLiteralsAreCopied(t *testing.T) {
	document := `{ article(slug: "hop-mat") { id } }` + "                "
	literal := document[17:24]
	s, err := scalar.UnmarshalString(literal)
	if err != nil || s != literal || unsafe.StringData(s) == unsafe.StringData(literal) {
		t.Errorf("the String %q is a part of its document (%v)", s, err)
	}
	id, err := scalar.UnmarshalID(literal)
	if err != nil || string(id) != literal || unsafe.StringData(string(id)) == unsafe.StringData(literal) {
		t.Errorf("the ID %q is a part of its document (%v)", id, err)
	}
	address := "https://example.vn/x   "[:20]
	if u, err := scalar.UnmarshalURL(address); err != nil || unsafe.StringData(string(u)) == unsafe.StringData(address) {
		t.Errorf("the URL %q is a part of its document (%v)", u, err)
	}
}

// zones are time zones whose offsets have seconds, have minutes, or change.
var zones = []string{
	"UTC", "Asia/Ho_Chi_Minh", "Europe/Amsterdam", "Africa/Monrovia", "Asia/Kathmandu", "America/New_York",
	"Pacific/Kiritimati",
	"Pacific/Apia", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Tokyo",
}

// TestDateTimeRoundTrip writes times of all accepted years in many zones and reads them again: they are equal to the
// millisecond, and the text follows RFC 3339.
func TestDateTimeRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 7))
	first, last := time.Time{}.UnixMilli()+1, content.LastMoment.UnixMilli()
	moments := []int64{
		first, last, first + 1, last - 1, 0, -1,
		time.Date(1906, 6, 30, 16, 53, 29, 0, time.UTC).UnixMilli(),
		time.Date(1900, 1, 1, 0, 0, 0, 1_000_000, time.UTC).UnixMilli(),
	}
	for range 5_000 {
		moments = append(moments, first+random.Int64N(last-first))
		moments = append(moments,
			time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()+random.Int64N(int64(150*365*24*time.Hour/time.Millisecond)))
	}
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		at := &scalar.Place{Zone: zone}
		for _, ms := range moments {
			moment := time.UnixMilli(ms)
			written := string(scalar.AppendDateTime(nil, at, moment.Add(time.Duration(random.Int64N(int64(time.Millisecond))))))
			read, err := scalar.UnmarshalDateTime(t.Context(), written[1:len(written)-1])
			if err != nil || !read.Equal(moment) {
				t.Fatalf("%s in %s is written %s and read as %s (%v)", moment.UTC(), name, written, read.UTC(), err)
			}
		}
	}
	if got := scalar.AppendDateTime(nil, &scalar.Place{Zone: time.UTC},
		time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)); string(got) != `"9999-12-31T23:59:59.999Z"` {
		t.Errorf("what was stored before it was refused is written %s", got)
	}
}

func TestDateTimeForms(t *testing.T) {
	for text, want := range map[string]bool{
		"2020-12-02T07:30:00+07:00": true, "2020-12-02t07:30:00z": true, "2020-12-02T07:30:00.5Z": true,
		"2020-12-02T07:30:00.123456789012Z": true,
		"2020-12-02T07:30:00-00:00":         true, "0001-01-01T00:00:00Z": true, "0001-01-01T07:00:00+07:00": true,
		"9999-12-31T23:59:59.9999Z": true,
		"2020-12-02T8:00:00Z":       false, "2020-12-02T08:00:00,5Z": false, "2020-12-02T08:00:00.Z": false,
		"2020-12-02 08:00:00Z": false, "2020-12-02T08:00Z": false,
		"2020-12-02T08:00:00": false, "2020-12-02T08:00:00+0700": false, "2020-12-02T08:00:00+24:00": false,
		"2020-12-02T08:00:00+07:60": false,
		"2020-12-02T24:00:00Z":      false, "2020-02-30T08:00:00Z": false, "2020-12-2T08:00:00Z": false,
		"10000-01-01T00:00:00Z": false, "+2020-12-02T08:00:00Z": false,
		"0000-12-31T23:59:59Z": false, "0001-01-01T00:00:00+07:00": false, "9999-12-31T23:59:59-07:00": false, "": false,
		"2020-12-02T08:00:00Z ": false, "２020-12-02T08:00:00Z": false,
	} {
		if _, err := scalar.UnmarshalDateTime(t.Context(), text); (err == nil) != want {
			t.Errorf("%q: %v", text, err)
		}
	}
	for text, want := range map[string]bool{
		"2020-12-02": true, "0001-01-01": true, "9999-12-31": true,
		"0000-01-01": false, "2020-2-2": false, "2021-02-29": false, "2020-12-02T00:00:00Z": false, "": false,
	} {
		if _, err := scalar.UnmarshalDate(text); (err == nil) != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestInts(t *testing.T) {
	for value, want := range map[any]bool{
		json.Number("7"): true, json.Number("7.0"): true, json.Number("7e0"): true, json.Number("-2147483648"): true,
		json.Number("2147483647"): true,
		json.Number("2147483648"): false, json.Number("7.5"): false, json.Number("1e400"): false,
		json.Number("99999999999999999999"): false,
		int64(7):                            true, int64(5_000_000_000): false, 7.0: true,
		7.5: false, math.NaN(): false, math.Inf(1): false, "7": false,
		true: false,
	} {
		if _, err := scalar.UnmarshalInt(value); (err == nil) != want {
			t.Errorf("%T %v: %v", value, value, err)
		}
	}
}
