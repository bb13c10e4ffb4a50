// Package storage keeps content: it turns entries, lists and filters into documents and queries of an engine. Whoever
// stands above it sees content, never BSON.
package storage

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/engine"
)

// Options say how a store works.
type Options struct {
	// Engine keeps the documents.
	Engine engine.Engine
	// Timeout bounds what is done after a request was broken off; zero is 10 s.
	Timeout time.Duration
	// EntityBytes and PageBytes bound what readers' entries and pages take in memory; zero keeps none.
	EntityBytes, PageBytes uint64
	Log                    *slog.Logger
	// Clock tells this machine's time; nil is its clock. The store's is [Store.Now].
	Clock func() time.Time
}

// Store is a database of content.
type Store struct {
	Articles      *Collection[*content.Article, *content.ArticleFilter]
	Authors       *Collection[*content.Author, *content.AuthorFilter]
	Organizations *Collection[*content.Organization, *content.OrganizationFilter]
	Sections      *Collection[*content.Section, *content.SectionFilter]
	Tags          *Collection[*content.Tag, *content.TagFilter]
	Events        *Collection[*content.Event, *content.EventFilter]
	Programs      *Collection[*content.Program, *content.ProgramFilter]
	AwardSeries   *Collection[*content.AwardSeries, *content.AwardSeriesFilter]
	AwardRounds   *Collection[*content.AwardRound, *content.AwardRoundFilter]
	Awards        *Collection[*content.Award, *content.AwardFilter]
	Media         *Collection[*content.Media, *content.MediaFilter]
	// Revisions are the accepted changes of all entries: their history, and the audit log.
	Revisions *Collection[*content.Revision, *content.RevisionFilter]

	// collections are all of them.
	collections []collection
	// engine is guard, as all use it but who looks whether something is wrong. Shown is engine for what readers are shown.
	engine, shown engine.Engine
	guard         *guarded
	// program is this run of the program: it tells its claims and holds from those of others.
	program string
	watch   watch
	clock   clock
	log     *slog.Logger
	// timeout bounds an operation.
	timeout time.Duration
	site    atomic.Pointer[content.Site]
	// hints tells that queries name indexes: the engine is a server, and they exist.
	hints atomic.Bool
	due   dueTimes
	feed  feed
	// journal knows what changed, and memory keeps what did not.
	journal *cache.Journal
	memory  memory
	// gather makes the reads of several requests together.
	gather gatherer
	// rekeying is how many times the keys of texts are being worked out anew.
	rekeying atomic.Int32
	// ready tells that the indexes stand and the settings were read; unready is why the last attempt failed.
	ready      atomic.Bool
	unready    atomic.Pointer[error]
	background background
	holding    holding
}

// defaultTimeout bounds an operation when the options don't.
const defaultTimeout = 10 * time.Second

// New makes a store. [Store.Prepare] makes it ready.
func New(o Options) *Store {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	guard := &guarded{Engine: o.Engine}
	s := &Store{engine: guard, shown: guard, guard: guard, program: rand.Text(), log: o.Log, timeout: o.Timeout}
	if !o.Engine.Local() {
		s.shown = shownEngine{guard}
	}
	s.watch.look = make(chan struct{}, 1)
	s.clock.local = o.Clock
	s.gather.timeout = o.Timeout
	s.background.ended, s.background.end = context.WithCancel(context.Background())
	s.journal = cache.NewJournal(s.Current)
	s.memory = newMemory(s.journal, o)
	s.openCollections()
	s.site.Store(&defaultSite)
	return s
}

// Prepare reads the site's settings and makes the indexes. It may be called again after it failed. A store that an import
// or a move has not filled to the end is refused.
func (s *Store) Prepare(ctx context.Context) error {
	err := s.engine.Ready(ctx)
	if err == nil {
		err = s.refuseUnfinished(ctx)
	}
	if err == nil {
		s.measure(ctx)
		err = s.prepare(ctx, func(string) {})
	}
	if err == nil {
		s.guard.wrong.Store(nil)
	}
	s.unready.Store(&err)
	return err
}

// prepare is Prepare, whether the store is filled to the end or not. It tells which table's indexes it makes.
func (s *Store) prepare(ctx context.Context, indexing func(table string)) error {
	if err := s.adopt(ctx); err != nil {
		return err
	}
	if err := s.ReadSite(ctx); err != nil {
		return err
	}
	if err := s.prepareIndexes(ctx, s.Site().Languages, indexing); err != nil {
		return err
	}
	if err := s.Confirm(ctx, s.lasting()...); err != nil {
		return err
	}
	s.hints.Store(!s.engine.Local())
	s.ready.Store(true)
	return nil
}

// tableIndexes are the indexes of a table.
type tableIndexes struct {
	table   string
	indexes []engine.Index
}

// indexes are those of all tables for a site's languages.
func (s *Store) indexes(languages content.Languages) (all []tableIndexes) {
	for _, c := range s.collections {
		of := tableIndexes{table: c.collectionName()}
		for _, keys := range c.indexes(languages) {
			of.indexes = append(of.indexes, engine.Index{Keys: keys})
		}
		if s.engine.Local() {
			for _, path := range c.scanned(languages) {
				of.indexes = append(of.indexes, engine.Index{Keys: bson.D{{Key: path, Value: 1}}})
			}
		}
		all = append(all, of)
	}
	sparse := func(field string) []engine.Index {
		return []engine.Index{{Keys: bson.D{{Key: field, Value: 1}}, Sparse: true}}
	}
	all = append(all, tableIndexes{routes, sparse(openField)}, tableIndexes{revisionsName, sparse(followsField)})
	return append(append(all, fileIndexes()...), peopleIndexes()...)
}

// prepareIndexes makes the indexes for a site's languages, and tells of which table before each.
func (s *Store) prepareIndexes(ctx context.Context, languages content.Languages, indexing func(table string)) error {
	for _, of := range s.indexes(languages) {
		indexing(of.table)
		if err := s.guard.Engine.Table(of.table).Index(ctx, of.indexes...); err != nil {
			return err
		}
	}
	return nil
}

// Ready tells whether the store can serve: it is prepared and answers.
func (s *Store) Ready(ctx context.Context) error {
	if !s.ready.Load() {
		if why := s.unready.Load(); why != nil && *why != nil {
			return *why
		}
		return content.Errorf(content.CodeUnavailable, "The store is not prepared yet.")
	}
	if err := s.guard.check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := s.engine.Ready(ctx); err != nil {
		return err
	}
	return s.refuseSkew()
}

// Prepared tells whether the store was made ready once: before, it may be that the site is still put into it.
func (s *Store) Prepared() bool { return s.ready.Load() }

// Empty tells whether the store holds no entry and no settings at all. People may be in it.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	names, err := s.engine.Tables(ctx)
	if err != nil {
		return false, err
	}
	for name := range names {
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
	some, err := there(ctx, s.engine.Table(collection), filter)
	return !some, err
}

// Close ends what is done in the background. The engine is closed by whoever opened it.
func (s *Store) Close() {
	s.background.end()
	s.background.work.Wait()
}

// OnCommand has a function told of every command that the engine answers: its name, how long it took,
// and whether it failed.
func (s *Store) OnCommand(told func(command string, took time.Duration, failed bool)) {
	s.engine.OnCommand(told)
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
