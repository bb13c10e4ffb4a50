package query

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// awards is a kind with every type of index.
var awards = Kind{
	Kind: content.KindAward, Order: "YEAR_DESC",
	Orders: WithCommon(map[string]SortKey{
		"YEAR": Number("year"), "RANK": Alphabet("rank"),
		"TITLE": Alphabet("title"),
	}),
	Ranked:    map[string]string{"round": "RANK"},
	Relations: []string{"round", "series", "recipients.author"},
	Single:    map[string]bool{"round": true, "series": true},
	Together:  [][2]string{{"series", "event"}},
	Values:    []string{"level"},
}

// hinted returns the index that a list names, by the paths of its keys without `_id`. It is empty if the list names
// none.
func hinted(t *testing.T, stage content.Stage, order content.Order, within Within, conds ...bson.D) string {
	t.Helper()
	v := awards.View(stage)
	o, err := awards.Ordering(v, order, "vi", false)
	if err != nil {
		t.Fatal(err)
	}
	p := &Page{View: v, Order: o}
	for _, cond := range conds {
		p.Conds = append(p.Conds, cond)
	}
	var paths []string
	for _, key := range awards.Scans(p, []Within{within}, nil, true)[0].Query(p, 0, 10).Hint {
		if key.Key != "_id" {
			paths = append(paths, key.Key)
		}
	}
	return strings.Join(paths, " ")
}

// TestHint checks which lists name an index, and that the kind has each index that they name.
func TestHint(t *testing.T) {
	of := func(field string, ids ...content.ID) Within { return Within{Any: []Link{{Field: field, IDs: ids}}} }
	cond := func(path, operator string, value any) bson.D {
		return bson.D{{Key: path, Value: bson.D{{Key: operator, Value: value}}}}
	}
	published, draft := content.StagePublished, content.StageDraft
	after := cond("live.createdAt", "$gt", time.Unix(1, 0))
	event, level := cond("live.event", "$eq", "event_a"), cond("live.level", "$eq", "NATIONAL")
	for name, test := range map[string]struct{ got, want string }{
		"all":                       {hinted(t, published, "", Within{}), "live.year"},
		"working copies":            {hinted(t, draft, "", Within{}), "draft.year"},
		"a range":                   {hinted(t, published, "TITLE_ASC", Within{}, after), "live.keys.sort.title.vi"},
		"a relation":                {hinted(t, published, "", of("series", "a")), "live.series live.year"},
		"a relation and a range":    {hinted(t, published, "", of("series", "a"), after), ""},
		"a relation of two":         {hinted(t, published, "", of("series", "a", "b")), ""},
		"a relation of a draft":     {hinted(t, draft, "", of("series", "a")), ""},
		"a relation in another way": {hinted(t, published, "TITLE_ASC", of("series", "a")), ""},
		"a ranked relation": {
			hinted(t, published, "RANK_ASC", of("round", "a")),
			"live.round live.keys.sort.rank.vi",
		},
		"a pair":       {hinted(t, published, "", of("series", "a"), event), "live.series live.event live.year"},
		"another pair": {hinted(t, published, "", of("round", "a"), event), ""},
		"a value":      {hinted(t, published, "", Within{}, level), ""},
	} {
		if test.got != test.want {
			t.Errorf("%s: the index is %q, want %q", name, test.got, test.want)
		}
		if test.got != "" && !indexExists(test.got) {
			t.Errorf("%s: there is no index %q", name, test.got)
		}
	}
}

func indexExists(paths string) bool {
	for _, index := range awards.Indexes(content.Languages{Default: "vi", Locales: []content.Locale{"vi", "en"}}) {
		var have []string
		for _, key := range index {
			if key.Key != "_id" {
				have = append(have, key.Key)
			}
		}
		if strings.Join(have, " ") == paths {
			return true
		}
	}
	return false
}

// TestCursor checks that a cursor encodes and decodes a place, and that another order refuses it.
func TestCursor(t *testing.T) {
	ordering := func(order content.Order, locale content.Locale) Ordering {
		o, err := awards.Ordering(Published, order, locale, false)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	for order, value := range map[content.Order]any{
		"YEAR_DESC": int64(2020), "TITLE_ASC": `a "text"`, "CREATED_AT_ASC": time.Unix(1, 2000).UTC(),
		"PUBLISHED_AT_ASC": nil,
	} {
		o, p := ordering(order, "vi"), Place{value, "award_a"}
		cursor, err := o.Cursor(p)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := o.Place(cursor); err != nil || !got.Equal(p) {
			t.Errorf("%s: %v became %v: %v", order, p, got, err)
		}
		for _, other := range []Ordering{ordering("UPDATED_AT_DESC", "vi"), ordering("TITLE_ASC", "en")} {
			if _, err := other.Place(cursor); err == nil {
				t.Errorf("%s accepts a cursor of %s", other.name, o.name)
			}
		}
	}
}

// TestArguments checks which arguments of a page may be combined.
func TestArguments(t *testing.T) {
	for asked, want := range map[string]string{
		"first 5": "", "last 5": "", "first 5, after x": "", "offset 5": "", "offset 5, first 3": "",
		"first -1":          "first is -1; it must be from 0 to 100.",
		"last 101":          "last is 101; it must be from 0 to 100.",
		"first 1, last 1":   "first and last can't stand together.",
		"offset 1, after x": "offset can't stand together with after, before or last.",
		"offset 1, last 1":  "offset can't stand together with after, before or last.",
		"offset -1":         "offset is -1; it must be from 0 to 10000. Further on, go by cursor.",
	} {
		var a Arguments
		for part := range strings.SplitSeq(asked, ", ") {
			name, value, _ := strings.Cut(part, " ")
			n := new(int)
			_, _ = fmt.Sscan(value, n)
			switch name {
			case "first":
				a.First = n
			case "last":
				a.Last = n
			case "offset":
				a.Offset = n
			case "after":
				a.After = value
			}
		}
		_, err := NewPage(a)
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && got != want {
			t.Errorf("%s: %v, want %q", asked, err, want)
		}
	}
}
