package content

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// fieldsOf returns the stored fields of a kind by their names, without the fields of all kinds.
func fieldsOf(d *Descriptor) map[string]reflect.StructField {
	fields := map[string]reflect.StructField{}
	t := reflect.TypeOf(d.New()).Elem()
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" {
			fields[name] = t.Field(i)
		}
	}
	return fields
}

// TestDescriptors checks that each descriptor is complete and names only fields that the struct has.
func TestDescriptors(t *testing.T) {
	seen := map[string]Kind{}
	for _, kind := range Kinds() {
		d, fields := kind.Descriptor(), fieldsOf(kind.Descriptor())
		if got := d.New().Kind(); got != kind {
			t.Errorf("%s: New makes one of %s", kind, got)
		}
		for what, value := range map[string]string{
			"Prefix": d.Prefix, "Root": d.Root, "Folder": d.Folder, "Names.One": d.Names.One, "Names.Many": d.Names.Many,
		} {
			if other, twice := seen[what+value]; value == "" || twice {
				t.Errorf("%s: its descriptor in internal/content needs a %s of its own: it is %q (%s)", kind, what, value, other)
			}
			seen[what+value] = kind
		}
		if d.Names.Noun == "" || d.Names.Nouns == "" || len(d.Label) == 0 {
			t.Errorf("%s: its descriptor needs Names.Noun, Names.Nouns and Label", kind)
		}
		p := d.Page
		if (p == Page{}) || p.LabelOnly && (p != Page{LabelOnly: true}) {
			t.Errorf("%s: its descriptor needs a Page: what the page of a preview shows, or LabelOnly", kind)
		}
		shown := []string{p.Lead, p.Byline, p.Summary, p.Bio, p.Cover, p.Body}
		for _, name := range slices.Concat(d.Label, d.Derived, shown) {
			if _, ok := fields[name]; name != "" && !ok {
				t.Errorf("%s: its descriptor names the field %q, which the struct has not", kind, name)
			}
		}
		for name, f := range fields {
			if f.Type == reflect.TypeFor[RichText]() && p.Body == "" {
				t.Errorf("%s: the page of a preview shows no rich text: set Page.Body to %q", kind, name)
			}
		}
		if _, parent := fields["parent"]; parent != d.Tree {
			t.Errorf("%s: Tree is %t in its descriptor", kind, d.Tree)
		}
		if e := d.NewEntry(d.New(), true); !strings.Contains(fmt.Sprintf("%T", e), string(kind)+"]") {
			t.Errorf("%s: NewEntry makes a %T", kind, e)
		}
	}
}

// TestComplete checks that Complete names the line that is missing for a kind.
func TestComplete(t *testing.T) {
	Complete(func(Kind) bool { return true }, "x")
	defer func() {
		if said := fmt.Sprint(recover()); !strings.Contains(said, "Award:") || !strings.Contains(said, "kinds_gen.go") {
			t.Errorf("it says %s", said)
		}
	}()
	Complete(func(k Kind) bool { return k != KindAward }, "kinds_gen.go")
}

// needs is a Checker that records the missing values.
type needs map[string]bool

func (n needs) Need(there bool, path ...string) {
	if !there {
		n[strings.Join(path, ".")] = true
	}
}
func (needs) Count(*int, int, ...string)           {}
func (needs) Degrees(*float64, float64, ...string) {}
func (needs) Ordered(bool, ...string)              {}
func (needs) OneOf(bool, string, ...string)        {}
func (needs) TimeZone(string, ...string)           {}

// TestCheckNeedsLabel checks that Check refuses a copy without a label.
func TestCheckNeedsLabel(t *testing.T) {
	for _, kind := range Kinds() {
		d := kind.Descriptor()
		missing := needs{}
		empty := d.New()
		if empty.Check(missing); !missing[d.Label[0]] && len(empty.Label()[Undetermined]) == 0 && kind != KindMedia {
			t.Errorf("%s: Check does not need the label: c.Need(!e.X.Empty(), %q)", kind, d.Label[0])
		}
	}
}

// TestCorrected checks that Correct adds a correction exactly for the kinds whose descriptor has Corrected.
func TestCorrected(t *testing.T) {
	for _, kind := range Kinds() {
		c := kind.Descriptor().New()
		before := jsonText(mustJSON(t, c))
		c.Correct(Correction{At: time.Unix(1, 0), Note: "x"})
		if taken := *jsonText(mustJSON(t, c)) != *before; taken != kind.Descriptor().Corrected {
			t.Errorf("%s: Corrected is %t in its descriptor, and Correct takes a correction in: %t", kind, !taken, taken)
		}
	}
}

func mustJSON(t *testing.T, c any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// fill sets a value and everything in it. Another seed gives other values.
func fill(v reflect.Value, link string, seed int) {
	switch v.Interface().(type) {
	case ID:
		if link == "" || link == "*" {
			link = string(KindTag)
		}
		v.SetString(fmt.Sprintf("%s_%d", Kind(link).prefix(), seed))
		return
	case Text:
		v.Set(reflect.ValueOf(Text{"vi": fmt.Sprint("chữ ", seed)}))
		return
	case RichText:
		text := strings.Repeat("chữ ", 1000*seed)
		v.Set(reflect.ValueOf(RichText{"vi": {{Paragraph: &ParagraphBlock{Spans: Spans{{Text: text}}}}}}))
		return
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2000+seed, 1, 1, 0, 0, 0, 0, time.UTC)))
		return
	case Base:
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprint("s", seed))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(seed))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), link, seed)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), link, seed)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Tag.Get("json") != "-" {
				fill(v.Field(i), f.Tag.Get("link"), seed)
			}
		}
	}
}

// filled returns a copy of a kind with a value in each field.
func filled(kind Kind, id ID, seed int) Content {
	c := kind.Descriptor().New()
	fill(reflect.ValueOf(c).Elem(), "", seed)
	c.Common().ID = id
	return c
}

// ends returns a Finder for the entries to which copies with the seed 1 link; instead replaces the content of some. It
// does not find the entries above those.
func ends(instead map[ID]Content) Finder {
	return func(id ID) (Content, error) {
		if c := instead[id]; c != nil {
			return c, nil
		}
		kind, ok := id.Kind()
		if !ok || !strings.HasSuffix(string(id), "_1") {
			return nil, nil
		}
		return filled(kind, id, 2), nil
	}
}

// took returns the names of the fields that TakeOver changes in a copy, and all its values afterwards.
func took(t *testing.T, c Content, find Finder) (changed []string, after map[string]json.RawMessage) {
	t.Helper()
	before := map[string]json.RawMessage{}
	if err := json.Unmarshal(mustJSON(t, c), &before); err != nil {
		t.Fatal(err)
	}
	if cycle, err := c.TakeOver(find); cycle || err != nil {
		t.Fatalf("%s: TakeOver gives %t, %v", c.Kind(), cycle, err)
	}
	if err := json.Unmarshal(mustJSON(t, c), &after); err != nil {
		t.Fatal(err)
	}
	for name := range after {
		if string(before[name]) != string(after[name]) {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	return changed, after
}

// TestTakeOver checks that Taken, Takes and Tree declare all values that a kind copies from others, and that Gives of
// the other kind changes when such a value changes.
func TestTakeOver(t *testing.T) {
	for _, kind := range Kinds() {
		d := kind.Descriptor()
		c := filled(kind, ID(d.Prefix+"_own"), 1)
		changed, after := took(t, c, ends(nil))
		taken := c.Taken()
		if told := slices.Sorted(maps.Keys(taken.Fields)); !slices.Equal(told, changed) {
			t.Errorf("%s: TakeOver sets %q, and Taken tells of %q", kind, changed, told)
		}
		if takes := d.Tree || len(d.Takes) > 0; takes != (len(taken.From) > 0) {
			t.Errorf("%s: its descriptor needs Tree or Takes where it takes something over, from %v", kind, taken.From)
		}
		for _, id := range taken.From {
			from, _ := id.Kind()
			if (from != kind || !d.Tree) && !slices.ContainsFunc(d.Takes, func(t Take) bool { return t.From == from }) {
				t.Errorf("%s: it takes something over from %s: its descriptor needs a line of Takes", kind, from)
			}
			if taken.Told[id] == nil {
				t.Errorf("%s: Taken tells nothing of %s", kind, id)
			}
			source := reflect.TypeOf(from.Descriptor().New()).Elem()
			for i := range source.NumField() {
				if !strings.HasSuffix(string(id), "_1") { // it is not there
					continue
				}
				was, is := filled(from, id, 2), filled(from, id, 2)
				fill(reflect.ValueOf(is).Elem().Field(i), source.Field(i).Tag.Get("link"), 3)
				other := filled(kind, c.Common().ID, 1)
				_, otherwise := took(t, other, ends(map[ID]Content{id: is}))
				if !reflect.DeepEqual(after, otherwise) && reflect.DeepEqual(was.Gives(), is.Gives()) {
					t.Errorf("%s takes over %s of %s, and Gives of %s does not have it", kind, source.Field(i).Name, from, from)
				}
			}
		}
	}
}
