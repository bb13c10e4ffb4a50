// Package mongodb keeps content in a MongoDB-compatible store. It is the only
// importer of the driver: whoever stands above it sees content, never BSON.
//
// Its vocabulary is what both engines do alike: find with filter, sort, limit and
// projection, insert, bulk writes, count, and plain indexes on scalars. Where a
// real server does better, [Store.Prepare] asks once and a named fallback stands by.
package storage

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"sen/internal/cache"
	"sen/internal/content"
)

// Options say how to reach the store.
type Options struct {
	// URI is a MongoDB connection string; the database's name stands in its path, "sen" if none does.
	URI string
	// Timeout bounds every operation; zero is 10 s.
	Timeout time.Duration
	// Slow is the time from which an operation is logged; zero logs none.
	Slow time.Duration
	// EntityBytes and PageBytes bound what readers' entries and pages take in memory; zero keeps none.
	EntityBytes, PageBytes uint64
	Log                    *slog.Logger
}

// Store is a database of content.
type Store struct {
	Articles      *Collection[content.Article, content.ArticleFilter]
	Authors       *Collection[content.Author, content.AuthorFilter]
	Organizations *Collection[content.Organization, content.OrganizationFilter]
	Sections      *Collection[content.Section, content.SectionFilter]
	Tags          *Collection[content.Tag, content.TagFilter]
	Events        *Collection[content.Event, content.EventFilter]
	Programs      *Collection[content.Program, content.ProgramFilter]
	AwardSeries   *Collection[content.AwardSeries, content.AwardSeriesFilter]
	AwardRounds   *Collection[content.AwardRound, content.AwardRoundFilter]
	Awards        *Collection[content.Award, content.AwardFilter]
	Media         *Collection[content.Media, content.MediaFilter]
	// Revisions are the accepted changes of all entries: their history, and the audit log.
	Revisions *Collection[content.Revision, content.RevisionFilter]

	client *mongo.Client
	db     *mongo.Database
	log    *slog.Logger
	// timeout bounds an operation.
	timeout time.Duration
	site    atomic.Pointer[content.Site]
	// union tells that the engine joins pipelines ($unionWith): false on the embedded one.
	union atomic.Bool
	// embedded tells that the engine runs in this process.
	embedded atomic.Bool
	due      dueTimes
	feed     feed
	// journal knows what changed, and memory keeps what did not.
	journal *cache.Journal
	memory  memory
	monitor *monitor
	// uri is how the store is reached, for the change stream.
	uri string
	// updating keeps updates apart on the embedded engine; see guarded.
	updating sync.Mutex
	// ready tells that the indexes stand and the settings were read.
	ready      atomic.Bool
	background background
}

// defaultTimeout bounds an operation when the options don't.
const defaultTimeout = 10 * time.Second

// New makes a store. It connects in the background: [Store.Prepare] tells whether that works.
func New(o Options) (*Store, error) {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	monitor := &monitor{slow: o.Slow, log: o.Log}
	opts := options.Client().ApplyURI(o.URI).
		SetAppName("sen").
		SetTimeout(o.Timeout).
		SetServerSelectionTimeout(3 * time.Second).
		SetConnectTimeout(3 * time.Second).
		SetMaxConnecting(8).
		SetMaxConnIdleTime(5 * time.Minute).
		SetWriteConcern(writeconcern.Majority()).
		SetReadPreference(readpref.Primary()). // what a secondary lacks yet would be kept as if it was new
		SetMonitor(monitor.commands()).
		SetBSONOptions(&options.BSONOptions{UseJSONStructTags: true})
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("the MongoDB address is not usable: %w", err)
	}
	client, err := mongo.Connect(opts)
	if err != nil {
		return nil, fmt.Errorf("the MongoDB address is not usable: %w", err)
	}
	s := &Store{client: client, db: client.Database(databaseName(o.URI)), log: o.Log, timeout: o.Timeout, uri: o.URI, monitor: monitor}
	s.background.ended, s.background.end = context.WithCancel(context.Background())
	s.journal = cache.NewJournal(s.Current)
	s.memory = newMemory(s.journal, o)
	s.Articles = newCollection(s, articles())
	s.Authors = newCollection(s, authors())
	s.Organizations = newCollection(s, organizations())
	s.Sections = newCollection(s, sections())
	s.Tags = newCollection(s, tags())
	s.Events = newCollection(s, events())
	s.Programs = newCollection(s, programs())
	s.AwardSeries = newCollection(s, awardSeries())
	s.AwardRounds = newCollection(s, awardRounds())
	s.Awards = newCollection(s, awards())
	s.Media = newCollection(s, mediaItems())
	s.Revisions = newCollection(s, revisions())
	s.site.Store(&defaultSite)
	return s, nil
}

// databaseName is the path of a connection string, "sen" if it has none.
func databaseName(uri string) string {
	// A list of hosts is no URL host, so only what stands behind them is parsed.
	_, rest, _ := strings.Cut(uri, "://")
	_, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "?")
	if strings.HasPrefix(rest, "%2F") || path == "" {
		path = strings.TrimPrefix(path, "/")
	}
	if name, err := url.PathUnescape(path); err == nil && name != "" {
		return name
	}
	return "sen"
}

// collection is what all collections can do, whatever their kind.
type collection interface {
	Kind() content.Kind
	prepare(context.Context, content.Languages) error
	collectionName() string
	rekey(ctx context.Context, which bson.D, done func()) error
	writtenOnlyIn(ctx context.Context, locales, others []content.Locale) (int, error)
	seen(ctx context.Context, claims map[claimKey]claim, each func(claimKey, content.ID)) error
	see(ctx context.Context, ids []content.ID, stage content.Stage) ([]content.ID, error)
	among(ctx context.Context, ids []content.ID, stage content.Stage) (map[content.ID]bool, error)
}

// collections lists every collection.
func (s *Store) collections() []collection {
	return []collection{
		s.Articles, s.Authors, s.Organizations, s.Sections, s.Tags, s.Events,
		s.Programs, s.AwardSeries, s.AwardRounds, s.Awards, s.Media, s.Revisions,
	}
}

// collectionOf is the collection of a kind; nil for none.
func (s *Store) collectionOf(kind content.Kind) collection {
	for _, c := range s.collections() {
		if c.Kind() == kind {
			return c
		}
	}
	return nil
}

// collectionName is the name of the collection of a kind's entries.
func (s *Store) collectionName(kind content.Kind) string {
	if kind == siteKind {
		return settings
	}
	if c := s.collectionOf(kind); c != nil {
		return c.collectionName()
	}
	return ""
}

// Prepare learns what the engine can do, reads the site's settings and makes the
// indexes. It may be called again after it failed.
func (s *Store) Prepare(ctx context.Context) error {
	var info bson.M
	if err := s.db.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&info); err != nil {
		return fail(err)
	}
	if err := s.ReadSite(ctx); err != nil {
		return err
	}
	_, embedded := info["ferretdbVersion"]
	s.embedded.Store(embedded)
	if err := s.prepareIndexes(ctx, s.Site().Languages); err != nil {
		return err
	}
	s.union.Store(!embedded) // from here on queries name indexes
	s.ready.Store(true)
	return nil
}

// prepareIndexes makes the indexes for a site's languages.
func (s *Store) prepareIndexes(ctx context.Context, languages content.Languages) error {
	for _, c := range s.collections() {
		if err := c.prepare(ctx, languages); err != nil {
			return err
		}
	}
	open := mongo.IndexModel{Keys: bson.D{{Key: openField, Value: 1}}, Options: options.Index().SetSparse(true)}
	if err := makeIndexes(ctx, s.db.Collection(routes), []mongo.IndexModel{open}); err != nil {
		return err
	}
	return s.preparePeople(ctx)
}

// Ready tells whether the store can serve: it is prepared and answers.
func (s *Store) Ready(ctx context.Context) error {
	if !s.ready.Load() {
		return content.Errorf(content.CodeUnavailable, "The store is not prepared yet.")
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return fail(s.client.Ping(ctx, nil))
}

// Empty tells whether the store holds no entry and no settings at all. People may be in it.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	names, err := s.db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return false, fail(err)
	}
	for _, name := range names {
		if name == accounts || name == sessions || name == tokens {
			continue
		}
		if empty, err := s.EmptyOf(ctx, name); err != nil || !empty {
			return false, err
		}
	}
	return true, nil
}

// EmptyOf tells whether a collection holds nothing that an archive could have.
func (s *Store) EmptyOf(ctx context.Context, collection string) (bool, error) {
	filter := bson.D{}
	if collection == settings {
		filter = bson.D{{Key: "_id", Value: siteID}}
	}
	some, err := there(ctx, s.db.Collection(collection), filter)
	return !some, err
}

// guarded runs an update that depends on what it finds. FerretDB 1.24 reads what a filter
// holds for, and writes it back whole in another step: of two updates at once both may
// find the version they look for, or one undoes the other (TestConcurrentWriters shows it).
// All writes of the embedded engine pass through this process, so one lock mends it; a
// real server needs none.
func (s *Store) guarded(update func() error) error {
	if s.embedded.Load() {
		s.updating.Lock()
		defer s.updating.Unlock()
	}
	return update()
}

// updateOne updates one document as guarded does, and tells whether the filter held for one.
func (s *Store) updateOne(ctx context.Context, collection string, filter, update bson.D) (found bool, err error) {
	err = s.guarded(func() error {
		result, err := s.db.Collection(collection).UpdateOne(ctx, filter, update)
		found = err == nil && result.MatchedCount > 0
		return fail(err)
	})
	return found, err
}

// Close ends what is done in the background, and lets the connections go.
func (s *Store) Close(ctx context.Context) error {
	s.background.end()
	s.background.work.Wait()
	return s.client.Disconnect(ctx)
}

// background is work that outlasts the request that began it, and ends with the store.
type background struct {
	work  sync.WaitGroup
	ended context.Context
	end   context.CancelFunc
}

// Go does some work in the background, with what is in a request's context. [Store.Close] ends it and waits for it.
func (s *Store) Go(ctx context.Context, work func(context.Context)) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(s.background.ended, cancel)
	s.background.work.Go(func() {
		defer cancel()
		defer stop()
		work(ctx)
	})
}
