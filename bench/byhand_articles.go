package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"
)

// article holds the fields of an article that are read.
type article struct {
	Slug                string
	Title, Lead, Byline text
	PublishedAt         time.Time `bson:"publishedAt"`
	Body                struct{ VI, EN []block }
	Authors, Tags       []string
	Organizations       []string
	Section, Cover      string
}

// named holds the fields of an entry with a name that are read.
type named struct {
	Slug         string
	Name         text
	Organization string
}

// The projections of the joined entries.
var (
	nameOnly       = fields("name")
	nameAndSlug    = fields("name", "slug")
	nameAndCompany = fields("name", "organization")
)

// The joined entries in the form of the answer.
type (
	nameShown struct {
		Name string `json:"name"`
	}
	authorShown struct {
		Name         string     `json:"name"`
		Organization *nameShown `json:"organization"`
	}
	placeShown struct {
		Name string `json:"name"`
		Path string `json:"path"`
	}
)

func showName(n *named) nameShown { return nameShown{n.Name.String()} }

// showAuthor returns a function that shows an author with the organization.
func showAuthor(organizations map[string]*named) func(*named) authorShown {
	return func(a *named) authorShown {
		return authorShown{a.Name.String(), one(a.Organization, organizations, showName)}
	}
}

type articleShown struct {
	ID          string      `json:"id"`
	Title       string      `json:"title"`
	Lead        string      `json:"lead"`
	Byline      string      `json:"byline"`
	PublishedAt time.Time   `json:"publishedAt"`
	Cover       *coverShown `json:"cover"`
	Body        struct {
		HTML string `json:"html"`
	} `json:"body"`
	Authors []authorShown `json:"authors"`
	Section *placeShown   `json:"section"`
	Tags    []nameShown   `json:"tags"`
}

var articleFields = fields("title", "lead", "byline", "publishedAt", "cover", "body", "authors", "section", "tags")

// article serves one article by its slug.
func (h *byHand) article(ctx context.Context, slug string) (any, error) {
	var a stored[article]
	err := h.db.Collection("articles").FindOne(ctx, bson.D{liveEquals("slug", slug), anyPublished},
		options.FindOne().SetProjection(articleFields)).Decode(&a)
	if err != nil {
		return nil, err
	}
	authors, sections, tags, organizations := map[string]*named{}, map[string]*named{}, map[string]*named{},
		map[string]*named{}
	media := map[string]*medium{}
	blocks := a.Live.Body.VI
	if len(blocks) == 0 {
		blocks = a.Live.Body.EN
	}
	tasks, taskCtx := errgroup.WithContext(ctx)
	tasks.Go(func() error {
		if err := join(taskCtx, h, "authors", a.Live.Authors, nameAndCompany, authors); err != nil {
			return err
		}
		return join(taskCtx, h, "organizations", employers(authors), nameOnly, organizations)
	})
	tasks.Go(func() error { return join(taskCtx, h, "sections", []string{a.Live.Section}, nameAndSlug, sections) })
	tasks.Go(func() error { return join(taskCtx, h, "tags", a.Live.Tags, nameOnly, tags) })
	tasks.Go(func() error {
		return join(taskCtx, h, "media", append(picturesIn(blocks), a.Live.Cover), pictureFields, media)
	})
	if err := tasks.Wait(); err != nil {
		return nil, err
	}
	shown := articleShown{
		ID: a.ID, Title: a.Live.Title.String(), Lead: a.Live.Lead.String(), Byline: a.Live.Byline.String(),
		PublishedAt: a.Live.PublishedAt.In(h.zone),
		Cover:       showCover(a.Live.Cover, media),
		Authors:     pick(a.Live.Authors, authors, showAuthor(organizations)),
		Section: one(a.Live.Section, sections,
			func(s *named) placeShown { return placeShown{s.Name.String(), "/sections/" + s.Slug} }),
		Tags: pick(a.Live.Tags, tags, showName),
	}
	shown.Body.HTML = asHTML(blocks, media)
	return map[string]any{"article": shown}, nil
}

// employers returns the ids of the organizations of authors.
func employers(authors map[string]*named) (ids []string) {
	for _, a := range authors {
		ids = append(ids, a.Organization)
	}
	return ids
}

// pageShown is a page of a list, in the form of the answer.
type pageShown[T any] struct {
	Nodes    []T      `json:"nodes"`
	PageInfo pageInfo `json:"pageInfo"`
}

type pageInfo struct {
	HasNextPage bool   `json:"hasNextPage"`
	EndCursor   string `json:"endCursor"`
}

// size is the number of articles on a page.
const size = 20

type (
	// rowShown is an article in a page.
	rowShown struct {
		ID          string      `json:"id"`
		Title       string      `json:"title"`
		Lead        string      `json:"lead"`
		Path        string      `json:"path"`
		PublishedAt time.Time   `json:"publishedAt"`
		Authors     []nameShown `json:"authors"`
	}
	// latestShown is an article in the list of the latest articles.
	latestShown struct {
		rowShown
		Byline  string      `json:"byline"`
		Section *nameShown  `json:"section"`
		Cover   *thumbShown `json:"cover"`
	}
)

var (
	rowFields    = fields("title", "lead", "slug", "publishedAt", "authors")
	latestFields = fields("title", "lead", "slug", "publishedAt", "authors", "byline", "section", "cover")
	latestFirst  = orderBy("publishedAt", -1)
)

// latest serves the first page of all articles.
func (h *byHand) latest(ctx context.Context) (any, error) {
	found, err := find[article](ctx, h, "articles", bson.D{anyPublished}, latestFirst, size+1, latestFields)
	if err != nil {
		return nil, err
	}
	authors, sections, covers := map[string]*named{}, map[string]*named{}, map[string]*medium{}
	tasks, taskCtx := errgroup.WithContext(ctx)
	tasks.Go(func() error { return join(taskCtx, h, "authors", collect(found, authorsOf), nameOnly, authors) })
	tasks.Go(func() error { return join(taskCtx, h, "sections", collect(found, sectionOf), nameOnly, sections) })
	tasks.Go(func() error { return join(taskCtx, h, "media", collect(found, coverOf), thumbFields, covers) })
	if err := tasks.Wait(); err != nil {
		return nil, err
	}
	return map[string]any{"articles": paged(found, func(a *stored[article]) latestShown {
		return latestShown{
			h.row(a, authors), a.Live.Byline.String(), one(a.Live.Section, sections, showName),
			showThumb(a.Live.Cover, covers),
		}
	})}, nil
}

func authorsOf(a *article) []string       { return a.Authors }
func organizationsOf(a *article) []string { return a.Organizations }
func sectionOf(a *article) []string       { return []string{a.Section} }
func coverOf(a *article) []string         { return []string{a.Cover} }

func (h *byHand) row(a *stored[article], authors map[string]*named) rowShown {
	return rowShown{
		a.ID, a.Live.Title.String(), a.Live.Lead.String(), "/articles/" + a.Live.Slug, a.Live.PublishedAt.In(h.zone),
		pick(a.Live.Authors, authors, showName),
	}
}

// articles serves the first page of the articles of a section with a tag, or the page after a cursor.
func (h *byHand) articles(ctx context.Context, r *http.Request) (any, error) {
	query := r.URL.Query()
	filter := bson.D{anyPublished}
	if section, tag := query.Get("section"), query.Get("tag"); section != "" && tag != "" {
		linked, err := h.slugs(ctx, "Section:"+section, "Tag:"+tag)
		if err != nil {
			return nil, err
		}
		filter = bson.D{liveEquals("section", linked[0]), liveEquals("tags", linked[1]), anyPublished}
	}
	if after := query.Get("after"); after != "" {
		at, id, err := place(after)
		if err != nil {
			return nil, err
		}
		filter = bson.D{
			liveEquals("publishedAt", append(atMost(at), atLeast(time.Unix(0, 0))...)),
			{Key: "$or", Value: bson.A{
				bson.D{liveEquals("publishedAt", bson.D{{Key: "$lt", Value: at}})},
				bson.D{{Key: "_id", Value: bson.D{{Key: "$lt", Value: id}}}},
			}},
		}
	}
	found, err := find[article](ctx, h, "articles", filter, latestFirst, size+1, rowFields)
	if err != nil {
		return nil, err
	}
	authors := map[string]*named{}
	if err := join(ctx, h, "authors", collect(found, authorsOf), nameOnly, authors); err != nil {
		return nil, err
	}
	return map[string]any{"articles": paged(found, func(a *stored[article]) rowShown { return h.row(a, authors) })}, nil
}

// slugs returns the ids of the entries with the given slugs.
func (h *byHand) slugs(ctx context.Context, keys ...string) ([]string, error) {
	var claims []struct {
		ID    string `bson:"_id"`
		Entry string
	}
	cursor, err := h.db.Collection("routes").Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}},
		options.Find().SetBatchSize(int32(len(keys)+1)))
	if err == nil {
		err = cursor.All(ctx, &claims)
	}
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(keys))
	for i, key := range keys {
		for _, c := range claims {
			if c.ID == key {
				ids[i] = c.Entry
			}
		}
	}
	return ids, nil
}

// paged returns a page in the form of the answer. One entry more than the page was read.
func paged[S any](found []stored[article], show func(*stored[article]) S) pageShown[S] {
	p := pageShown[S]{Nodes: make([]S, 0, size), PageInfo: pageInfo{HasNextPage: len(found) > size}}
	for i := range found[:min(len(found), size)] {
		p.Nodes = append(p.Nodes, show(&found[i]))
		if i == min(len(found), size)-1 {
			p.PageInfo.EndCursor = cursor(found[i].Live.PublishedAt, found[i].ID)
		}
	}
	return p
}

// cursor returns a cursor of the articles in Sen's form, so that the answers can be compared.
func cursor(at time.Time, id string) string {
	raw, _ := json.Marshal([]any{"s1", "Article/PUBLISHED_AT_DESC", at.UTC(), id}) // encoding these values never fails
	return base64.RawURLEncoding.EncodeToString(raw)
}

// place decodes a cursor.
func place(cursor string) (at time.Time, id string, err error) {
	var parts [4]string
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(raw, &parts)
	}
	if err != nil {
		return at, "", errors.New("that is no cursor")
	}
	at, err = time.Parse(time.RFC3339Nano, parts[2])
	return at, parts[3], err
}
