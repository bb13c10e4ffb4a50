package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"sen/internal/content"
	"sen/internal/storage"
)

// words are Vietnamese words from which texts are generated.
var words = strings.Fields(`tỉnh huyện xã phường sản phẩm công nghiệp nông thôn tiêu biểu cơ sở doanh nghiệp hợp tác đề án
	tái cơ cấu ngành điện an toàn khuyến công hội nghị sơ kết tổng kết trao giải năm kế hoạch phát triển thị trường chất lượng
	người dân địa phương đồng ruộng sông nước bến chợ làng nghề thủ công máy móc kỹ thuật đào tạo tập huấn hỗ trợ vốn đầu tư
	xuất khẩu tiêu thụ nguyên liệu bao bì nhãn hiệu đăng ký bảo hộ liên kết chuỗi giá trị thông tin truyền thông chuyển đổi số
	báo cáo kết quả bình chọn khu vực giám đốc lãnh đạo sở ban đơn vị phòng ý kiến góp phần nâng cao hiệu quả quản lý nhà nước`)

// The numbers of generated entries other than articles.
const (
	authors, organizations, sections, tags = 50, 20, 12, 60
	events, rounds, awards                 = 500, 20, 4000
	pictures                               = 1000
	articleBytes                           = 5000
	batch                                  = 2000
)

// generator generates content. The seed is fixed, so the content is always the same.
type generator struct {
	*rand.Rand
	start time.Time
}

func newGenerator() *generator {
	return &generator{rand.New(rand.NewPCG(2020, 1202)), time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// sentence returns a sentence of n words.
func (g *generator) sentence(n int) string {
	some := make([]string, n)
	for i := range some {
		some[i] = words[g.IntN(len(words))]
	}
	s := strings.Join(some, " ")
	for i, r := range s {
		if i > 0 {
			break
		}
		s = strings.ToUpper(string(r)) + s[len(string(r)):]
	}
	return s
}

func id(kind string, n int) content.ID { return content.ID(fmt.Sprintf("%s_%06d", kind, n)) }

// base returns the common fields of the nth of many entries, spread over ten years.
func (g *generator) base(kind string, n, of int) content.Base {
	at := g.start.Add(time.Duration(n) * (10 * 365 * 24 * time.Hour / time.Duration(of))).Truncate(time.Minute)
	return content.Base{
		ID: id(kind, n), Slug: fmt.Sprintf("%s-%d", kind, n), Version: 1, CreatedAt: at, UpdatedAt: at,
		PublishedAt: at,
	}
}

func vi(s string) content.Text { return content.Text{"vi": s} }

// article returns the nth article, which is stored in about 5 kB.
func (g *generator) article(n, of int) *content.Article {
	a := &content.Article{
		Base: g.base("article", n, of), Title: vi(g.sentence(12)), Lead: vi(g.sentence(30)),
		SectionID: id("section", g.IntN(sections)), AuthorIDs: []content.ID{id("author", g.IntN(authors))},
		TagIDs:          []content.ID{id("tag", g.IntN(tags)), id("tag", g.IntN(tags))},
		OrganizationIDs: []content.ID{id("organization", g.IntN(organizations))},
		Byline:          vi("Tác giả mẫu – " + g.sentence(2)),
		ReadingMinutes:  content.Minutes{"vi": 4},
	}
	a.CoverID, a.BreadcrumbIDs = g.picture(), []content.ID{a.SectionID}
	var blocks []content.Block
	for size := 0; size < articleBytes-1200; {
		text := g.sentence(60) + "."
		size += len(text)
		blocks = append(blocks, content.Block{Paragraph: &content.ParagraphBlock{Spans: []content.Span{{Text: text}}}})
		switch len(blocks) {
		case 2: // the caption is that of the medium
			blocks = append(blocks, content.Block{Image: &content.ImageBlock{MediaID: g.picture()}})
		case 5:
			image := &content.ImageBlock{MediaID: g.picture(), Caption: g.sentence(9) + ".", Alt: g.sentence(5)}
			blocks = append(blocks, content.Block{Image: image})
		}
	}
	a.Body = content.RichText{"vi": blocks}
	return a
}

// picture returns the id of a random picture.
func (g *generator) picture() content.ID { return id("media", g.IntN(pictures)) }

// medium returns the nth picture as it is after its upload, with its variants.
func (g *generator) medium(n int) *content.Media {
	width, height := 1280, 960
	m := &content.Media{
		Base: g.base("media", n, pictures), FileName: fmt.Sprintf("anh-%d.jpg", n), FileType: content.MediaImage,
		MimeType: "image/jpeg",
		Width:    &width, Height: &height, Bytes: 250_000, SHA256: fmt.Sprintf("%064x", n),
		Alt: vi(g.sentence(6)), Caption: vi(g.sentence(10) + "."), Credit: vi("Ảnh: " + g.sentence(2)),
		Placeholder: "data:image/jpeg;base64," + strings.Repeat("QUJD", 60), Color: "#336699",
	}
	for _, w := range []int{320, 640} {
		m.Variants = append(m.Variants,
			&content.MediaVariant{Width: w, Height: w * height / width, MimeType: m.MimeType, Bytes: int64(w) * 80})
	}
	return m
}

// fill puts all content into a store, and prints its progress.
func fill(ctx context.Context, store *storage.Store, articles int, progress io.Writer) error {
	g := newGenerator()
	for _, put := range []func() error{
		func() error { return many(ctx, store.Media, pictures, g.medium) },
		func() error {
			return many(ctx, store.Organizations, organizations, func(n int) *content.Organization {
				return &content.Organization{Base: g.base("organization", n, organizations), Name: vi(g.sentence(5))}
			})
		},
		func() error {
			return many(ctx, store.Authors, authors, func(n int) *content.Author {
				return &content.Author{
					Base: g.base("author", n, authors), Name: vi(g.sentence(3)),
					OrganizationID: id("organization", n%organizations),
				}
			})
		},
		func() error {
			return many(ctx, store.Sections, sections, func(n int) *content.Section {
				return &content.Section{Base: g.base("section", n, sections), Name: vi(g.sentence(2)), Position: n}
			})
		},
		func() error {
			return many(ctx, store.Tags, tags, func(n int) *content.Tag {
				return &content.Tag{Base: g.base("tag", n, tags), Name: vi(g.sentence(2))}
			})
		},
		func() error { return many(ctx, store.Events, events, g.event) },
		func() error { return many(ctx, store.AwardRounds, rounds, g.round) },
		func() error { return many(ctx, store.Awards, awards, g.award) },
		func() error {
			return many(ctx, store.Articles, articles, func(n int) *content.Article {
				if n%10_000 == 0 {
					_, _ = fmt.Fprintf(progress, "  %d of %d articles\n", n, articles)
				}
				return g.article(n, articles)
			})
		},
	} {
		if err := put(); err != nil {
			return err
		}
	}
	return nil
}

// levels are those of the rounds, one after the other.
var levels = []content.AwardLevel{content.LevelNational, content.LevelRegional, content.LevelProvincial}

func (g *generator) event(n int) *content.Event {
	base := g.base("event", n, events)
	return &content.Event{
		Base: base, Name: vi(g.sentence(8)), Type: content.EventConference, StartsAt: base.PublishedAt,
		TimeZone: "Asia/Ho_Chi_Minh", EventStatus: content.EventScheduled,
		OrganizerIDs: []content.ID{id("organization", g.IntN(organizations))},
	}
}

func (g *generator) round(n int) *content.AwardRound {
	return &content.AwardRound{
		Base: g.base("round", n, rounds), Name: vi(g.sentence(6)), SeriesID: id("series", 0), Year: 2011 + n/2,
		Level: levels[n%3], Phase: content.PhaseConferred,
	}
}

func (g *generator) award(n int) *content.Award {
	round := n % rounds
	organization := id("organization", g.IntN(organizations))
	return &content.Award{
		Base: g.base("award", n, awards), Title: vi(g.sentence(5)), RoundID: id("round", round), SeriesID: id("series", 0),
		Year: 2011 + round/2, Level: levels[round%3], Outcome: content.OutcomeWon,
		Recipients: []*content.AwardRecipient{{Name: vi(g.sentence(4)), OrganizationID: organization}},
	}
}

// many inserts n generated entries in batches.
func many[T any, F content.Filter[F]](ctx context.Context, c *storage.Collection[T, F], n int, make func(int) T) error {
	var entries []*content.Entry[T]
	for i := range n {
		made := make(i)
		entries = append(entries, content.NewEntry(made, true))
		if len(entries) == batch || i == n-1 {
			if err := c.Put(ctx, entries); err != nil {
				return err
			}
			entries = entries[:0]
		}
	}
	return nil
}
