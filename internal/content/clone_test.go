package content

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"
)

// setFields sets every stored field of a value; lists and maps get two members. Next returns a new name for each value.
func setFields(v reflect.Value, next func() string, depth int) {
	switch to := v.Addr().Interface().(type) {
	case *time.Time:
		*to = time.Date(2026, 3, 1, 8, 0, len(next()), 0, time.UTC)
		return
	case *Editing: // is not stored
		return
	case *[]Block: // one block of each type: one field is set
		*to = make([]Block, v.Type().Elem().NumField())
		for i := range *to {
			setFields(reflect.ValueOf(&(*to)[i]).Elem().Field(i), next, depth+1)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if depth < 9 {
			v.Set(reflect.New(v.Type().Elem()))
			setFields(v.Elem(), next, depth+1)
		}
	case reflect.Slice:
		if depth < 7 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			for i := range v.Len() {
				setFields(v.Index(i), next, depth+1)
			}
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, key := range []string{"vi", "en"} {
			value := reflect.New(v.Type().Elem()).Elem()
			setFields(value, next, depth+1)
			v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			setFields(v.Field(i), next, depth+1)
		}
	case reflect.String:
		v.SetString(next())
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(len(next())))
	case reflect.Float64:
		v.SetFloat(float64(len(next())))
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic("setFields sets no " + v.Type().String())
	}
}

// setAll makes an entry of a kind in which every field is set, with names from next.
func setAll(kind Kind, next func() string) Content {
	c := kind.Descriptor().New()
	setFields(reflect.ValueOf(c).Elem(), next, 0)
	return c
}

// counted returns a function that names values by their number.
func counted() func() string {
	n := 0
	return func() string {
		n++
		return "media_" + strconv.Itoa(n)
	}
}

// TestClone checks that a clone has all stored fields and shares no memory with the original, and that of the other
// fields that the store fills in it has only the id.
func TestClone(t *testing.T) {
	for _, kind := range Kinds() {
		c := setAll(kind, counted())
		c.Common().Editing, c.Common().Revision = &Editing{State: StateDraft}, 7
		before, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		clone := Clone(c)
		if after, err := json.Marshal(clone); string(after) != string(before) || err != nil {
			t.Errorf("%s: %v\n%s\n%s", kind, err, before, after)
		}
		if base := clone.Common(); base.ID != c.Common().ID || base.Editing != nil || base.Revision != 0 {
			t.Errorf("%s: a clone has %+v", kind, base)
		}
		if m, ok := clone.(*Media); ok {
			for _, v := range m.Variants {
				if v.Of != nil {
					t.Error("a variant of a clone leads to the medium that it was cloned from")
				}
			}
		}
		setFields(reflect.ValueOf(clone).Elem(), func() string { return "other" }, 0)
		Unlink(clone, func(ID) bool { return true })
		if after, _ := json.Marshal(c); string(after) != string(before) {
			t.Errorf("%s: a change of a clone changed what it was cloned from", kind)
		}
	}
}

// TestUnlink removes each link of each kind separately, and all of them at once.
func TestUnlink(t *testing.T) {
	for _, kind := range Kinds() {
		whole := setAll(kind, counted())
		links := Links(whole)
		for _, id := range links {
			c := Clone(whole)
			if !Unlink(c, func(other ID) bool { return other == id }) {
				t.Errorf("%s: %s is not found", kind, id)
			}
			left := Links(c)
			slices.Sort(left)
			want := slices.DeleteFunc(slices.Clone(links), func(other ID) bool { return other == id })
			slices.Sort(want)
			if !slices.Equal(left, want) {
				t.Errorf("%s: without %s it links to %v, want %v", kind, id, left, want)
			}
		}
		c := Clone(whole)
		if got := Unlink(c, func(ID) bool { return true }); got != (len(links) > 0) || len(Links(c)) > 0 {
			t.Errorf("%s: it still links to %v", kind, Links(c))
		}
		if Unlink(c, func(ID) bool { return true }) {
			t.Errorf("%s: there was a link left", kind)
		}
	}
}
