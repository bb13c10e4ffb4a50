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

// decoder reads documents as entries are read.
func decoder[T any]() func(bson.Raw) (*T, error) {
	d := bsondoc.DecoderOf(reflect.TypeFor[T]())
	return func(raw bson.Raw) (*T, error) {
		to := new(T)
		return to, d.Decode(bsondoc.Document(raw), to)
	}
}

// byDriver decodes a document with the driver's own decoder, as the client is set up.
func byDriver(raw bson.Raw, to any) error {
	d := bson.NewDecoder(bson.NewDocumentReader(bytes.NewReader(raw)))
	d.UseJSONStructTags()
	return d.Decode(to)
}

// same decodes a document both ways, and sees that both give the same.
func same[T any](t *testing.T, v any) {
	t.Helper()
	doc, err := bsondoc.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := bson.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := decoder[T]()(raw)
	if err != nil {
		t.Fatal(err)
	}
	drivers := new(T)
	if err := byDriver(raw, drivers); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(ours, drivers) {
		t.Errorf("%v\nis decoded as %+v\nand by the driver as %+v", raw, ours, drivers)
	}
}

// entry encodes an entry of a kind and decodes it both ways.
func entry[T any](t *testing.T, copied content.Content) {
	t.Helper()
	e := content.NewEntry(any(copied).(*T), true)
	by, at := &content.Person{ID: "account_1", Name: "Nguyệt Ánh"}, time.Date(2020, 12, 2, 7, 30, 0, 0, time.UTC)
	e.UpdatedBy, e.PublishAt = by, &at
	same[content.Entry[*T]](t, e)
}

// entries decode an entry of each kind both ways.
var entries = map[content.Kind]func(*testing.T, content.Content){
	content.KindArticle: entry[content.Article], content.KindAuthor: entry[content.Author], content.KindOrganization: entry[content.Organization],
	content.KindSection: entry[content.Section], content.KindTag: entry[content.Tag], content.KindEvent: entry[content.Event],
	content.KindProgram: entry[content.Program], content.KindAwardSeries: entry[content.AwardSeries], content.KindAwardRound: entry[content.AwardRound],
	content.KindAward: entry[content.Award], content.KindMedia: entry[content.Media],
}

// TestDecodeAsDriver decodes the sample's entries, and one with every sort of null, as the driver does.
func TestDecodeAsDriver(t *testing.T) {
	bundle, err := sample.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range bundle.Items {
		check := entries[item.Content.Kind()]
		if check == nil {
			t.Fatalf("%T is not decoded here", item.Content)
		}
		check(t, item.Content)
	}
	at := time.Date(2020, 12, 2, 7, 30, 0, 0, time.UTC)
	same[content.Revision](t, content.Revision{ID: "article_1:2", Entry: "article_1", Version: 2, At: at, Label: content.Text{"vi": "Họp mặt"}})
	null := bson.D{}
	for i := range reflect.TypeFor[content.Article]().NumField() {
		if name, _, _ := strings.Cut(reflect.TypeFor[content.Article]().Field(i).Tag.Get("json"), ","); name != "" {
			null = append(null, bson.E{Key: name, Value: nil})
		}
	}
	same[content.Article](t, append(null, bson.E{Key: "slug", Value: nil}, bson.E{Key: "version", Value: nil}, bson.E{Key: "createdAt", Value: nil}))
	same[content.Award](t, bson.D{
		{Key: "year", Value: int64(1 << 53)},
		{Key: "rank", Value: 3.0},
		{Key: "recipients", Value: bson.A{nil, bson.D{{Key: "name", Value: bson.D{}}}}},
		{Key: "title", Value: bson.D{{Key: "vi", Value: nil}}},
		{Key: "unknown", Value: bson.Regex{Pattern: "a", Options: "i"}},
		{Key: "more", Value: bson.A{bson.NewObjectID(), bson.Binary{Data: []byte("x")}, bson.MinKey{}, bson.Decimal128{}, bson.JavaScript("1"), bson.Timestamp{T: 1}, true}},
		{Key: "level", Value: "NATIONAL"},
	})
}

// FuzzDecode decodes what may be no BSON at all: it must not panic, and what the driver can decode is decoded alike.
func FuzzDecode(f *testing.F) {
	for _, doc := range []bson.D{
		{},
		{{Key: "title", Value: bson.D{{Key: "vi", Value: "Họp mặt"}}}, {Key: "version", Value: 3}, {Key: "createdAt", Value: bson.DateTime(0)}},
		{{Key: "body", Value: bson.D{{Key: "vi", Value: bson.A{bson.D{{Key: "paragraph", Value: bson.D{{Key: "spans", Value: bson.A{bson.D{{Key: "text", Value: "a"}}}}}}}}}}}},
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

// capitals are the names of an article's fields that have some.
var capitals = []string{"createdAt", "updatedAt", "publishedAt", "formerSlugs", "readingMinutes", "noIndex"}

// hasOtherCase tells whether a document has a name with capitals that no field has: the driver takes it for one in small letters.
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

// BenchmarkDecode decodes the sample's first article as it is stored, and by the driver.
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
