package bsondoc_test

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/sample"
)

// decoder returns a function that decodes documents the way the store decodes entries.
func decoder[T any]() func(bson.Raw) (*T, error) {
	d := bsondoc.DecoderOf(reflect.TypeFor[T]())
	return func(raw bson.Raw) (*T, error) {
		to := new(T)
		return to, d.Decode(bsondoc.Document(raw), to)
	}
}

// byDriver decodes a document with the driver's decoder, with the options of our client.
func byDriver(raw bson.Raw, to any) error {
	d := bson.NewDecoder(bson.NewDocumentReader(bytes.NewReader(raw)))
	d.UseJSONStructTags()
	return d.Decode(to)
}

// same decodes a document with both decoders and compares the results.
func same[T any](t *testing.T, v any) {
	t.Helper()
	sameAs(t, reflect.TypeFor[T](), v)
}

// sameAs is same, for a type that is known only at run time.
func sameAs(t *testing.T, typ reflect.Type, v any) {
	t.Helper()
	doc, err := bsondoc.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := bson.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	ours, drivers := reflect.New(typ).Interface(), reflect.New(typ).Interface()
	if err := bsondoc.DecoderOf(typ).Decode(bsondoc.Document(raw), ours); err != nil {
		t.Fatal(err)
	}
	if err := byDriver(raw, drivers); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(ours, drivers) {
		t.Errorf("%v\nis decoded as %+v\nand by the driver as %+v", raw, ours, drivers)
	}
}

// sameEntry encodes an entry of a kind and decodes it both ways.
func sameEntry(t *testing.T, copied content.Content) {
	t.Helper()
	e := copied.Kind().Descriptor().NewEntry(copied, true)
	at := time.Date(2020, 12, 2, 7, 30, 0, 0, time.UTC)
	editing := reflect.ValueOf(e).Elem().FieldByName("Editing").Addr().Interface().(*content.Editing)
	editing.UpdatedBy, editing.PublishAt = &content.Person{ID: "account_1", Name: "Nguyệt Ánh"}, &at
	sameAs(t, reflect.TypeOf(e).Elem(), e)
}

// TestDecodeAsDriver decodes the entries of the sample, and one with a null in each field, with both decoders.
func TestDecodeAsDriver(t *testing.T) {
	bundle, err := sample.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	decoded := map[content.Kind]bool{}
	for _, item := range bundle.Items {
		sameEntry(t, item.Content)
		decoded[item.Content.Kind()] = true
	}
	for _, kind := range content.Kinds() {
		if !decoded[kind] {
			t.Errorf("the sample has no %s: write one in internal/sample/content/%s", kind, kind.Descriptor().Folder)
		}
	}
	at := time.Date(2020, 12, 2, 7, 30, 0, 0, time.UTC)
	same[content.Revision](t,
		content.Revision{ID: "article_1:2", Entry: "article_1", Version: 2, At: at, Label: content.Text{"vi": "Họp mặt"}})
	null := bson.D{}
	for i := range reflect.TypeFor[content.Article]().NumField() {
		if name, _, _ := strings.Cut(reflect.TypeFor[content.Article]().Field(i).Tag.Get("json"), ","); name != "" {
			null = append(null, bson.E{Key: name, Value: nil})
		}
	}
	same[content.Article](t,
		append(null, bson.E{Key: "slug", Value: nil}, bson.E{Key: "version", Value: nil},
			bson.E{Key: "createdAt", Value: nil}))
	same[content.Award](t, bson.D{
		{Key: "year", Value: int64(1 << 53)},
		{Key: "rank", Value: 3.0},
		{Key: "recipients", Value: bson.A{nil, bson.D{{Key: "name", Value: bson.D{}}}}},
		{Key: "title", Value: bson.D{{Key: "vi", Value: nil}}},
		{Key: "unknown", Value: bson.Regex{Pattern: "a", Options: "i"}},
		{
			Key: "more",
			Value: bson.A{
				bson.NewObjectID(),
				bson.Binary{Data: []byte("x")},
				bson.MinKey{},
				bson.Decimal128{},
				bson.JavaScript("1"),
				bson.Timestamp{T: 1},
				true,
			},
		},
		{Key: "level", Value: "NATIONAL"},
	})
}

// FuzzDecode decodes arbitrary bytes. It must not panic, and a document that the driver can decode must give the same
// result.
func FuzzDecode(f *testing.F) {
	for _, doc := range []bson.D{
		{},
		{
			{Key: "title", Value: bson.D{{Key: "vi", Value: "Họp mặt"}}},
			{Key: "version", Value: 3},
			{Key: "createdAt", Value: bson.DateTime(0)},
		},
		{{
			Key: "body",
			Value: bson.D{{
				Key: "vi",
				Value: bson.A{bson.D{{
					Key:   "paragraph",
					Value: bson.D{{Key: "spans", Value: bson.A{bson.D{{Key: "text", Value: "a"}}}}},
				}}},
			}},
		}},
		{{Key: "authors", Value: bson.A{"author_1", nil}}, {Key: "x", Value: bson.Regex{Pattern: "a"}}},
	} {
		raw, err := bson.Marshal(doc)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	decode := decoder[content.Article]()
	f.Fuzz(func(t *testing.T, data []byte) {
		ours, err := decode(data)
		if err != nil || bson.Raw(data).Validate() != nil || hasOtherCase(data) {
			return
		}
		drivers := new(content.Article)
		if byDriver(data, drivers) == nil && !reflect.DeepEqual(ours, drivers) {
			t.Errorf("%v\nis decoded as %+v\nand by the driver as %+v", bson.Raw(data), ours, drivers)
		}
	})
}

// capitals lists the fields of an article whose names have capital letters.
var capitals = []string{"createdAt", "updatedAt", "publishedAt", "formerSlugs", "readingMinutes", "noIndex"}

// hasOtherCase reports whether a document has a name with capital letters that is no field of an article. The driver
// ignores case when it looks up the field of such a name.
func hasOtherCase(doc bson.Raw) bool {
	elements, err := doc.Elements()
	return err != nil || slices.ContainsFunc(elements, func(e bson.RawElement) bool {
		inner, isDocument := e.Value().DocumentOK()
		if array, isArray := e.Value().ArrayOK(); isArray {
			inner, isDocument = bson.Raw(array), true
		}
		return e.Key() != strings.ToLower(e.Key()) && !slices.Contains(capitals, e.Key()) || isDocument && hasOtherCase(inner)
	})
}

// BenchmarkDecode decodes the first article of the sample as it is stored, with both decoders.
func BenchmarkDecode(b *testing.B) {
	bundle, err := sample.Bundle()
	if err != nil {
		b.Fatal(err)
	}
	for _, item := range bundle.Items {
		a, ok := item.Content.(*content.Article)
		if !ok {
			continue
		}
		doc, err := bsondoc.Encode(a)
		if err != nil {
			b.Fatal(err)
		}
		raw, err := bson.Marshal(doc)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("ours", func(b *testing.B) {
			decode := decoder[content.Article]()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := decode(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("driver", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := byDriver(raw, new(content.Article)); err != nil {
					b.Fatal(err)
				}
			}
		})
		return
	}
}
