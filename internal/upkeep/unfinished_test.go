package upkeep_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/upkeep"
)

// dump returns every stored document of some tables.
func dump(t *testing.T, e engine.Engine, tables ...string) (all []string) {
	t.Helper()
	for _, name := range tables {
		err := e.Table(name).Find(t.Context(), engine.Query{Sort: bson.D{{Key: "_id", Value: 1}}}, func(raw bson.Raw) error {
			all = append(all, name+" "+raw.String())
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// unprepared returns a store on an engine that is not prepared yet.
func unprepared(t *testing.T, e testkit.Engine) *storage.Store {
	t.Helper()
	store := storage.New(storage.Options{Engine: e.Open(t), Log: testkit.Log(t)})
	t.Cleanup(store.Close)
	return store
}

// TestRestoreKeys checks that a restore computes the search keys of all texts and the public claims in the same way as
// [storage.Store.Rekey].
func TestRestoreKeys(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx := context.Background()
		sample := testkit.MongoDB(t)
		text := archive(t, testkit.SampleStore(t, sample))
		store := unprepared(t, e)
		if err := upkeep.Restore(ctx, store, bytes.NewReader(text), silent, silent); err != nil {
			t.Fatal(err)
		}
		if again := archive(t, store); !bytes.Equal(text, again) {
			t.Error("the restored site gives other bytes")
		}
		tables := []string{
			"articles", "authors", "organizations", "sections", "tags", "events", "programs", "awardSeries",
			"awardRounds", "awards", "media", "routes",
		}
		before := dump(t, e.Open(t), tables...)
		if err := store.Rekey(ctx, func(int) {}); err != nil {
			t.Fatal(err)
		}
		if len(before) < 50 || !strings.Contains(fmt.Sprint(before), `"public": true`) {
			t.Errorf("%d documents prove nothing", len(before))
		}
		if after := dump(t, e.Open(t), tables...); !slices.Equal(before, after) {
			for i := range before {
				if before[i] != after[i] {
					t.Fatalf("the import keeps\n%s\nand Rekey\n%s", before[i], after[i])
				}
			}
		}
	})
}

// cutReader is an archive that can be read once completely. The second time, reading fails after some bytes.
type cutReader struct {
	*bytes.Reader
	cut, read int
	second    bool
}

var errCut = errors.New("the disk is gone")

func (r *cutReader) Read(p []byte) (int, error) {
	if r.second && r.read > r.cut {
		return 0, errCut
	}
	n, err := r.Reader.Read(p)
	r.read += n
	return n, err
}

func (r *cutReader) Seek(offset int64, whence int) (int64, error) {
	r.second, r.read = true, 0
	return r.Reader.Seek(offset, whence)
}

// TestUnfinishedRestore interrupts a restore. The store is refused until another restore succeeds. That restore removes
// the rest of the first one, and nothing else.
func TestUnfinishedRestore(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx := context.Background()
		text := archive(t, testkit.SampleStore(t, testkit.MongoDB(t)))
		testkit.Insert(t, e, "accounts", `{"_id": "account_a", "login": "a", "name": "A", "role": "ADMIN"}`)
		store := unprepared(t, e)
		err := upkeep.Restore(ctx, store, &cutReader{Reader: bytes.NewReader(text), cut: len(text) / 2}, silent, silent)
		if !errors.Is(err, errCut) || testkit.Count(t, e, "articles") == 0 {
			t.Fatalf("the restore was not interrupted after the articles: %v", err)
		}
		another := unprepared(t, e)
		if err := another.Prepare(ctx); err == nil || !strings.Contains(err.Error(), "has not come to its end") {
			t.Fatalf("the store is accepted as complete: %v", err)
		}
		if _, err := another.Tags.IDs(ctx); content.CodeOf(err) != content.CodeUnavailable {
			t.Errorf("an incomplete site can be read: %v", err)
		}
		if err := another.Ready(ctx); err == nil || !strings.Contains(err.Error(), "has not come to its end") {
			t.Errorf("readiness does not give the reason: %v", err)
		}
		part := strings.SplitAfter(string(text), "\n")
		damaged := sealed(append(part[:len(part)-2:len(part)-2], `{"collection":"media.chunks","document":{"_id":"x"}}`+"\n"))
		if err := upkeep.Restore(ctx, another, strings.NewReader(damaged), silent, silent); err == nil ||
			testkit.Count(t, e, "articles") == 0 {
			t.Errorf("an invalid archive removed the stored documents: %v", err)
		}
		if err := upkeep.Restore(ctx, another, bytes.NewReader(text), silent, silent); err != nil {
			t.Fatal(err)
		}
		if err := unprepared(t, e).Prepare(ctx); err != nil {
			t.Errorf("the complete store is refused: %v", err)
		}
		if found := findings(t, another, false); len(found) > 0 {
			t.Errorf("the store is inconsistent: %v", found)
		}
		if testkit.Count(t, e, "accounts") != 1 {
			t.Error("the account is gone")
		}
		if err := upkeep.Restore(ctx, another, bytes.NewReader(text), silent, silent); !errors.Is(err, upkeep.ErrNotEmpty) {
			t.Errorf("it was restored into a complete store: %v", err)
		}
	})
}

// sealed returns lines of an archive with a matching last line.
func sealed(lines []string) string {
	text := strings.Join(lines, "")
	sum := sha256.Sum256([]byte(text))
	return text + fmt.Sprintf(`{"end":true,"lines":%d,"sha256":"%s"}`, len(lines), hex.EncodeToString(sum[:])) + "\n"
}

// TestBadContent restores archives with a valid checksum and bad content. Nothing is written, and the error names the
// line and the field.
func TestBadContent(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx := context.Background()
		store := testkit.Store(t, testkit.MongoDB(t))
		makeTags(t, store, 1)
		var lines []string
		for line := range strings.Lines(string(archive(t, store))) {
			lines = append(lines, line)
		}
		lines = lines[:len(lines)-1]
		target := unprepared(t, e)
		for name, c := range map[string]struct{ old, with, why string }{
			"a number for a text":   {`"draft":{"slug":"the-0"`, `"draft":{"slug":7`, "line 2: tags: draft: slug: "},
			"a text for a number":   {`"version":1,"head"`, `"version":"1","head"`, "line 2: tags: version: "},
			"a text for a moment":   {`"updatedAt":{"$date"`, `"updatedAt":{"x"`, "line 2: tags: updatedAt: "},
			"of another kind":       {`"_id":"tag_`, `"_id":"article_`, "line 2: tags: _id: "},
			"no working copy":       {`"draft":{`, `"drift":{`, "line 2: tags: draft: "},
			"no slug":               {`"draft":{"slug"`, `"draft":{"slog"`, "line 2: tags: draft: slug: "},
			"a revision of nothing": {`"kind":"Tag"`, `"kind":"Tog"`, "line 3: revisions: kind: "},
			"a revision's copy":     {`"copy":{"slug":"`, `"copy":{"slug":3,"x":"`, "line 3: revisions: copy: slug: "},
			"a claim of nobody":     {`"entry":"tag_`, `"entry":"","x":"`, "line 4: routes: entry: "},
			"an unknown collection": {
				`{"collection":"routes"`, `{"collection":"roots"`,
				`line 4: an archive has no collection "roots"`,
			},
			"no extended JSON":        {`{"$date":`, `{"$date":[`, "line "},
			"twice":                   {lines[1], lines[1] + lines[1], "is there twice"},
			"a collection once again": {lines[3], lines[3] + lines[1], `line 5: an archive has no collection "tags"`},
		} {
			text := strings.Join(lines, "")
			changed := strings.Replace(text, c.old, c.with, 1)
			if strings.HasPrefix(c.why, "line 4: routes") { // the last match is the one to change
				at := strings.LastIndex(text, c.old)
				changed = text[:at] + c.with + text[at+len(c.old):]
			}
			var part []string
			for line := range strings.Lines(changed) {
				part = append(part, line)
			}
			err := upkeep.Restore(ctx, target, io.ReadSeeker(strings.NewReader(sealed(part))), silent, silent)
			if changed == text || err == nil || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%s: %v, and it should have %q", name, err, c.why)
			}
			if empty, err := target.Empty(ctx); !empty || err != nil {
				t.Fatalf("%s: something was written: %v", name, err)
			}
		}
	})
}
