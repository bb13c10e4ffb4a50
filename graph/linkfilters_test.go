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

// put adds an entry to a store unchanged, without checks and derived values.
func put(t *testing.T, store *storage.Store, e content.Content, live bool) {
	t.Helper()
	if err := store.PutItems(t.Context(), []content.Item{{Content: e, Draft: !live}}); err != nil {
		t.Fatal(err)
	}
}

// madeOf returns an entry of a kind with a name.
func madeOf(kind content.Kind, name string) content.Content {
	c := kind.Descriptor().New()
	for _, field := range []string{"Name", "Title"} {
		if label := reflect.ValueOf(c).Elem().FieldByName(field); label.IsValid() {
			label.Set(reflect.ValueOf(content.Text{"vi": name}))
		}
	}
	at := time.Date(2020, 12, 2, 0, 0, 0, 0, time.UTC)
	*c.Common() = content.Base{ID: idOf(kind, name), Slug: name, Version: 1, CreatedAt: at, UpdatedAt: at, PublishedAt: at}
	return c
}

// idOf returns the id of an entry of a kind with a name.
func idOf(kind content.Kind, name string) content.ID {
	return content.ID(kind.Descriptor().Prefix + "_" + name)
}

// linkFilter is a filter of a kind's list by a relation.
type linkFilter struct {
	source content.Kind
	// list is the root field, name is the filter's field, and shown says that objects have a field of that name too.
	list, name string
	shown      *ast.FieldDefinition
	// end is the kind that the link leads to, and many says that there may be several links.
	end  content.Kind
	many bool
	set  func(e content.Content, ids ...content.ID)
}

// linkFilters finds all filters by relations in the schema, and how the entries store the links.
func linkFilters(t *testing.T, schema *ast.Schema) (all []linkFilter) {
	t.Helper()
	lists := map[string]content.Kind{}
	for _, root := range schema.Query.Fields {
		if kind, ok := strings.CutSuffix(root.Type.Name(), "Connection"); ok &&
			slices.Contains(content.Kinds(), content.Kind(kind)) {
			lists[root.Name] = content.Kind(kind)
		}
	}
	for _, list := range slices.Sorted(maps.Keys(lists)) {
		kind := lists[list]
		filter := schema.Types[schema.Query.Fields.ForName(list).Arguments.ForName("filter").Type.Name()]
		for _, f := range filter.Fields {
			if !strings.HasSuffix(f.Type.Name(), "RelationFilter") {
				continue
			}
			l := linkFilter{source: kind, list: list, name: f.Name, shown: schema.Types[string(kind)].Fields.ForName(f.Name)}
			l.find(madeOf(kind, "x"), lists[f.Name])
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
					for _, id := range append([]content.ID{""}, ids...) { // one entry has no link
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
