package sample

import (
	"bytes"
	"encoding/json"
	"image/png"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"sen/internal/content"
)

func load(tb testing.TB) *content.Bundle {
	tb.Helper()
	b, err := Bundle()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// find returns an entry of the bundle.
func find[T content.Content](t *testing.T, b *content.Bundle, id content.ID) T {
	t.Helper()
	for _, item := range b.Items {
		if entry, ok := item.Content.(T); ok && entry.Common().ID == id {
			return entry
		}
	}
	t.Fatalf("no %s in the sample", id)
	panic("unreachable")
}

func BenchmarkBundle(b *testing.B) {
	for b.Loop() {
		load(b)
	}
}

func TestCounts(t *testing.T) {
	published, drafts := map[content.Kind]int{}, map[content.Kind]int{}
	sections := map[content.ID]int{}
	translated, coming, past := 0, 0, 0
	blocks := map[string]bool{}
	for _, item := range load(t).Items {
		if item.Draft {
			drafts[item.Content.Kind()]++
			if !strings.Contains(item.Content.Label()["vi"], "BẢN NHÁP MẬT") {
				t.Errorf("%s: the title of a draft must say that it is one", item.Content.Common().ID)
			}
			continue
		}
		texts(t, item.Content, func(at, text string) {
			if strings.Contains(text, "BẢN NHÁP MẬT") {
				t.Errorf("%s%s: only the text of a draft may say that it is one", item.Content.Common().ID, at)
			}
		})
		published[item.Content.Kind()]++
		switch entry := item.Content.(type) {
		case *content.Article:
			sections[entry.SectionID]++
			if entry.Title["en"] != "" {
				translated++
				if entry.Lead["en"] == "" || len(entry.Body["en"]) != len(entry.Body["vi"]) {
					t.Errorf("%s: translated in part", entry.ID)
				}
			}
			if n := len(entry.Body["vi"]); n < 2 || n > 6 {
				t.Errorf("%s: %d blocks", entry.ID, n)
			}
			for _, block := range entry.Body["vi"] {
				text, _ := json.Marshal(block)
				name, _, _ := strings.Cut(strings.TrimPrefix(string(text), `{"`), `"`)
				blocks[name] = true
				if block.Value() == nil {
					t.Errorf("%s: an empty block", entry.ID)
				}
			}
			if year := entry.PublishedAt.Year(); year < 2019 || year > 2021 {
				t.Errorf("%s: published in %d", entry.ID, year)
			}
		case *content.Event:
			if year := entry.StartsAt.Year(); year >= 2027 && year <= 2031 {
				coming++
			} else {
				past++
			}
		}
	}
	for kind, want := range map[content.Kind]int{
		content.KindArticle: 61, content.KindAuthor: 5, content.KindOrganization: 49, content.KindSection: 7,
		content.KindTag: 5, content.KindEvent: 17, content.KindProgram: 2, content.KindAwardSeries: 1,
		content.KindAwardRound: 2, content.KindAward: 40, content.KindMedia: 9,
	} {
		if published[kind] != want {
			t.Errorf("%d entries of %s, want %d", published[kind], kind, want)
		}
	}
	if drafts[content.KindArticle] != 2 || drafts[content.KindEvent] != 1 || len(drafts) != 2 {
		t.Errorf("drafts: %v", drafts)
	}
	if translated < 21 {
		t.Errorf("%d articles in English", translated)
	}
	if coming < 6 || past < 8 {
		t.Errorf("%d events to come, %d past", coming, past)
	}
	if len(blocks) != 10 {
		t.Errorf("kinds of blocks: %v", blocks)
	}
	full := 0
	for _, n := range sections {
		if n >= 7 {
			full++
		}
	}
	if full < 5 {
		t.Errorf("articles by section: %v", sections)
	}
}

// walk calls visit with each string inside a value, and with the path to it.
func walk(value any, at string, visit func(at, text string)) {
	switch value := value.(type) {
	case map[string]any:
		for name, below := range value {
			walk(below, at+"."+name, visit)
		}
	case []any:
		for _, below := range value {
			walk(below, at, visit)
		}
	case string:
		visit(at, value)
	}
}

// texts calls visit with each string of an entry.
func texts(t *testing.T, entry any, visit func(at, text string)) {
	t.Helper()
	written, err := json.Marshal(entry)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(written, &tree); err != nil {
		t.Fatal(err)
	}
	walk(tree, "", visit)
}

func TestReferences(t *testing.T) {
	b := load(t)
	drafts := map[content.ID]bool{}
	slugs := map[string]content.ID{}
	known := map[content.ID]bool{}
	for _, item := range b.Items {
		base := item.Content.Common()
		known[base.ID], drafts[base.ID] = true, item.Draft
		for _, slug := range append([]string{base.Slug}, base.FormerSlugs...) {
			at := item.Content.Kind().Path(slug)
			if slugs[at] != "" {
				t.Errorf("%s and %s are both %s", slugs[at], base.ID, at)
			}
			slugs[at] = base.ID
		}
		if fold := content.Fold(base.Slug); fold != base.Slug || strings.ContainsAny(fold, " _/") {
			t.Errorf("%s: slug %q", base.ID, base.Slug)
		}
	}
	check := func(from, id content.ID) {
		if !known[id] {
			t.Errorf("%s: no %s", from, id)
		}
		if drafts[id] {
			t.Errorf("%s: refers to the draft %s", from, id)
		}
	}
	for _, item := range b.Items {
		for _, id := range content.Links(item.Content) {
			check(item.Content.Common().ID, id)
		}
	}
	var menu func(items []*content.MenuItem)
	menu = func(items []*content.MenuItem) {
		for _, item := range items {
			if item.ContentID != "" {
				check("site", item.ContentID)
			}
			menu(item.Items)
		}
	}
	for _, m := range b.Site.Menus {
		menu(m.Items)
	}
}

func TestTexts(t *testing.T) {
	b := load(t)
	check := func(from content.ID) func(at, text string) {
		return func(at, text string) {
			low := strings.ToLower(text)
			switch {
			case at == ".mimeType", at == ".sha256": // computed by the import
			case !norm.NFC.IsNormalString(text):
				t.Errorf("%s%s: %q is not in NFC", from, at, text)
			case strings.TrimSpace(text) == "":
				t.Errorf("%s%s: an empty text", from, at)
			case strings.Contains(low, "null"), strings.Contains(low, "undefined"), strings.Contains(low, "[object"),
				strings.ContainsAny(text, "{}"):
				t.Errorf("%s%s: %q", from, at, text)
			}
		}
	}
	for _, item := range b.Items {
		texts(t, item.Content, check(item.Content.Common().ID))
	}
	texts(t, b.Site, check("site"))
}

// TestDifferent checks that no two articles or events have the same text.
func TestDifferent(t *testing.T) {
	seen := map[string]content.ID{}
	check := func(id content.ID, text string) {
		if before := seen[text]; before != "" {
			t.Errorf("%s and %s both say %q", before, id, text)
		}
		seen[text] = id
	}
	for _, item := range load(t).Items {
		var lead content.Text
		var body content.RichText
		switch entry := item.Content.(type) {
		case *content.Article:
			lead, body = entry.Lead, entry.Body
		case *content.Event:
			lead, body = entry.Summary, entry.Body
		}
		if item.Draft {
			continue
		}
		for _, text := range lead {
			check(item.Content.Common().ID, text)
		}
		for _, blocks := range body {
			for _, block := range blocks {
				if block.Paragraph != nil && len(block.Paragraph.Spans) == 1 {
					check(item.Content.Common().ID, block.Paragraph.Spans[0].Text)
				}
			}
		}
	}
}

// TestNames checks that the names of invented entries say that they are invented.
func TestNames(t *testing.T) {
	realOnes := map[content.ID]bool{
		"article_hoi-nghi-so-ket-2020": true, "author_minh-thu": true,
		"event_hoi-nghi-2020-12-02": true,
	}
	for _, name := range []string{
		"tinh-uy-dong-thap", "ubnd-tinh-dong-thap", "so-cong-thuong", "p-khtcth",
		"so-ke-hoach-va-dau-tu", "ban-quan-ly-khu-kinh-te",
	} {
		realOnes[content.ID("organization_"+name)] = true
	}
	sample := func(id content.ID, name content.Text) {
		if !strings.Contains(strings.ToLower(name["vi"]), "mẫu") {
			t.Errorf("%s: %q does not say that it is invented", id, name["vi"])
		}
	}
	for _, item := range load(t).Items {
		id := item.Content.Common().ID
		switch entry := item.Content.(type) {
		case *content.Article, *content.Author, *content.Organization, *content.Event:
			if realOnes[id] {
				continue
			}
			sample(id, item.Content.Label())
			texts(t, entry, func(at, text string) {
				if strings.Contains(content.Fold(text), "dong thap") {
					t.Errorf("%s%s: %q names a real place", id, at, text)
				}
			})
		case *content.Award:
			sample(id, entry.Title)
			sample(id, entry.Product.Name)
			for _, recipient := range entry.Recipients {
				sample(id, recipient.Name)
			}
		}
	}
}

func TestFacts(t *testing.T) {
	b := load(t)
	zone := time.FixedZone("+07", 7*60*60)
	event := find[*content.Event](t, b, "event_hoi-nghi-2020-12-02")
	if at := event.StartsAt.In(zone); at.Format(time.DateOnly) != "2020-12-02" || at.Hour() >= 12 ||
		event.TimeZone != "Asia/Ho_Chi_Minh" {
		t.Errorf("the event is at %v", at)
	}
	if len(event.ProgramIDs) != 2 || len(event.Agenda) != 5 || len(event.Participants) != 5 ||
		len(event.Participants[0].Positions) != 2 {
		t.Errorf("the event: %d programmes, %d points, %d participants", len(event.ProgramIDs), len(event.Agenda),
			len(event.Participants))
	}
	article := find[*content.Article](t, b, "article_hoi-nghi-so-ket-2020")
	if article.Title["vi"] != "Hội nghị sơ kết Đề án Tái cơ cấu ngành công nghiệp tỉnh Đồng Tháp và trao giải sản phẩm CNNTTB năm 2020" {
		t.Errorf("title %q", article.Title["vi"])
	}
	if !article.PublishedAt.Equal(time.Date(2020, 12, 3, 8, 0, 0, 0, zone)) ||
		!article.CreatedAt.Equal(article.PublishedAt) || article.Version != 1 {
		t.Errorf("published %v, created %v, version %d", article.PublishedAt, article.CreatedAt, article.Version)
	}
	if article.Byline["vi"] != "Minh Thư – P. KHTCTH" || len(article.AwardIDs) != 40 {
		t.Errorf("byline %q, %d awards", article.Byline["vi"], len(article.AwardIDs))
	}
	for locale, drawn := range map[content.Locale]string{"vi": "(tranh vẽ minh họa)", "en": "(a drawing)"} {
		blocks := article.Body[locale]
		if len(blocks) != 5 || blocks[1].Image == nil || blocks[3].Image == nil {
			t.Fatalf("the body in %s has other blocks", locale)
		}
		for _, i := range []int{1, 3} {
			if !strings.Contains(blocks[i].Image.Caption, drawn) {
				t.Errorf("caption %q", blocks[i].Image.Caption)
			}
		}
		if strings.Count(blocks[1].Image.Caption, "\n") != 1 {
			t.Errorf("caption %q does not have two lines", blocks[1].Image.Caption)
		}
	}
	levels := map[content.AwardLevel]int{}
	for _, item := range b.Items {
		if award, ok := item.Content.(*content.Award); ok {
			levels[award.Level]++
			round := find[*content.AwardRound](t, b, award.RoundID)
			if award.Level != round.Level || award.Year != round.Year || award.SeriesID != round.SeriesID ||
				award.EventID != round.CeremonyID {
				t.Errorf("%s differs from its round", award.ID)
			}
		}
	}
	if levels[content.LevelRegional] != 10 || levels[content.LevelProvincial] != 30 {
		t.Errorf("awards: %v", levels)
	}
}

func TestMedia(t *testing.T) {
	used := map[string]bool{}
	for _, item := range load(t).Items {
		medium, ok := item.Content.(*content.Media)
		if ok != (item.Open != nil) {
			t.Errorf("%s: only media must have a file", item.Content.Common().ID)
		}
		if !ok {
			continue
		}
		used[medium.FileName] = true
		file, err := item.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(file)
		_ = file.Close()
		if err != nil || len(text) == 0 || len(text) >= 60_000 {
			t.Errorf("%s: %d bytes, %v", medium.ID, len(text), err)
		}
		if medium.FileType != content.MediaImage {
			continue
		}
		if medium.Alt["vi"] == "" || medium.Alt["en"] == "" {
			t.Errorf("%s: no alt", medium.ID)
		}
		if _, err := png.Decode(bytes.NewReader(text)); err != nil {
			t.Errorf("%s: %v", medium.ID, err)
		}
	}
	all, err := fs.ReadDir(files, "content/media/files")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range all {
		if !used[file.Name()] {
			t.Errorf("no medium uses %s", file.Name())
		}
	}
}
