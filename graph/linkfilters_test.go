package graph_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"sen/internal/content"
	"sen/internal/storage"
)

// kindsInTest are the kinds whose entries tests put into a store.
var kindsInTest = []content.Content{
	&content.Article{}, &content.Author{}, &content.Organization{}, &content.Section{}, &content.Tag{}, &content.Event{},
	&content.Program{}, &content.AwardSeries{}, &content.AwardRound{}, &content.Award{}, &content.Media{},
}

// put adds an entry to a store as it is, with nothing checked and nothing worked out.
func put(t *testing.T, store *storage.Store, e content.Content, live bool) {
	t.Helper()
	var err error
	switch e := e.(type) {
	case *content.Article:
		err = store.Articles.Put(t.Context(), []*content.Entry[*content.Article]{content.NewEntry(e, live)})
	case *content.Author:
		err = store.Authors.Put(t.Context(), []*content.Entry[*content.Author]{content.NewEntry(e, live)})
	case *content.Organization:
		err = store.Organizations.Put(t.Context(), []*content.Entry[*content.Organization]{content.NewEntry(e, live)})
	case *content.Section:
		err = store.Sections.Put(t.Context(), []*content.Entry[*content.Section]{content.NewEntry(e, live)})
	case *content.Tag:
		err = store.Tags.Put(t.Context(), []*content.Entry[*content.Tag]{content.NewEntry(e, live)})
	case *content.Event:
		err = store.Events.Put(t.Context(), []*content.Entry[*content.Event]{content.NewEntry(e, live)})
	case *content.Program:
		err = store.Programs.Put(t.Context(), []*content.Entry[*content.Program]{content.NewEntry(e, live)})
	case *content.AwardSeries:
		err = store.AwardSeries.Put(t.Context(), []*content.Entry[*content.AwardSeries]{content.NewEntry(e, live)})
	case *content.AwardRound:
		err = store.AwardRounds.Put(t.Context(), []*content.Entry[*content.AwardRound]{content.NewEntry(e, live)})
	case *content.Award:
		err = store.Awards.Put(t.Context(), []*content.Entry[*content.Award]{content.NewEntry(e, live)})
	default:
		t.Fatalf("put %T: add its collection here", e)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// madeOf is an entry of a kind with a name.
func madeOf(t *testing.T, kind content.Kind, name string) content.Content {
	t.Helper()
	for _, e := range kindsInTest {
		if e.Kind() != kind {
			continue
		}
		fresh := reflect.New(reflect.TypeOf(e).Elem())
		for _, field := range []string{"Name", "Title"} {
			if label := fresh.Elem().FieldByName(field); label.IsValid() {
				label.Set(reflect.ValueOf(content.Text{"vi": name}))
			}
		}
		c := fresh.Interface().(content.Content)
		at := time.Date(2020, 12, 2, 0, 0, 0, 0, time.UTC)
		*c.Common() = content.Base{ID: idOf(kind, name), Slug: name, Version: 1, CreatedAt: at, UpdatedAt: at, PublishedAt: at}
		return c
	}
	t.Fatalf("%s: add the kind to kindsInTest", kind)
	return nil
}

// idOf is the id of an entry of a kind with a name.
func idOf(kind content.Kind, name string) content.ID {
	prefix, _, _ := strings.Cut(string(content.NewID(kind, time.Now())), "_")
	return content.ID(prefix + "_" + name)
}

// linkFilter is a filter of a kind's list by a relation.
type linkFilter struct {
	source content.Kind
	// list is the root field, name the filter's field; shown tells that objects have a field of that name, too.
	list, name string
	shown      *ast.FieldDefinition
	// end is the kind that the link leads to, many tells that there may be several.
	end  content.Kind
	many bool
	set  func(e content.Content, ids ...content.ID)
}

// linkFilters finds all of them in the schema, and how the entries are stored.
func linkFilters(t *testing.T, schema *ast.Schema) (all []linkFilter) {
	t.Helper()
	lists := map[string]content.Kind{}
	for _, root := range schema.Query.Fields {
		if kind, ok := strings.CutSuffix(root.Type.Name(), "Connection"); ok && slices.Contains(content.Kinds(), content.Kind(kind)) {
			lists[root.Name] = content.Kind(kind)
		}
	}
	for _, list := range slices.Sorted(maps.Keys(lists)) {
		kind := lists[list]
		filter := schema.Types[schema.Query.Fields.ForName(list).Arguments.ForName("filter").Type.Name()]
		for _, f := range filter.Fields {
			if f.Type.Name() != "RelationFilter" {
				continue
			}
			l := linkFilter{source: kind, list: list, name: f.Name, shown: schema.Types[string(kind)].Fields.ForName(f.Name)}
			l.find(madeOf(t, kind, "x"), lists[f.Name])
			if l.set == nil {
				t.Fatalf("%s(filter: {%s}): no stored link is found for it", list, f.Name)
			}
			all = append(all, l)
		}
	}
	return all
}

// find finds the stored link: the field of the same name, or one of that kind in a list of objects.
func (l *linkFilter) find(e content.Content, kind content.Kind) {
	typ := reflect.TypeOf(e).Elem()
	for i := range typ.NumField() {
		f := typ.Field(i)
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == l.name {
			l.end, l.many = content.Kind(f.Tag.Get("link")), f.Type.Kind() == reflect.Slice
			l.set = func(e content.Content, ids ...content.ID) {
				at := reflect.ValueOf(e).Elem().Field(i)
				if l.many {
					at.Set(reflect.ValueOf(ids))
				} else if len(ids) > 0 {
					at.SetString(string(ids[0]))
				}
			}
			return
		}
	}
	for i := range typ.NumField() {
		f := typ.Field(i)
		if f.Type.Kind() != reflect.Slice || f.Type.Elem().Kind() != reflect.Pointer {
			continue
		}
		for k := range f.Type.Elem().Elem().NumField() {
			if member := f.Type.Elem().Elem().Field(k); member.Tag.Get("link") == string(kind) && l.set == nil {
				l.end, l.many = kind, true
				l.set = func(e content.Content, ids ...content.ID) {
					at := reflect.ValueOf(e).Elem().Field(i)
					for _, id := range append([]content.ID{""}, ids...) { // one has none
						one := reflect.New(f.Type.Elem().Elem())
						one.Elem().FieldByName("Name").Set(reflect.ValueOf(content.Text{"vi": "Ai đó"}))
						one.Elem().Field(k).SetString(string(id))
						at.Set(reflect.Append(at, one))
					}
				}
			}
		}
	}
}
