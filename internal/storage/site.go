package storage

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/feed"
)

// defaultSite is used until a site has settings of its own.
var defaultSite = content.Site{
	Name:      content.Text{content.Undetermined: "Sen"},
	Languages: content.Languages{Default: "vi", Locales: []content.Locale{"vi", "en"}},
	TimeZone:  "Asia/Ho_Chi_Minh",
}

// Site returns the settings of the site as they were last read.
func (s *Store) Site() *content.Site { return s.site.Load() }

// takeSite uses settings that were written. If they differ from the former ones, all caches are invalidated.
func (s *Store) takeSite(site *content.Site) {
	if before := s.site.Swap(site); !reflect.DeepEqual(before, site) {
		s.Feed.Changed(feed.Change{})
	}
}

// PutSite replaces the settings of the site without checking their version, and adds a revision of the new version.
func (s *Store) PutSite(ctx context.Context, site *content.Site) error {
	if err := s.prepareIndexes(ctx, site.Languages, func(string) {}); err != nil {
		return err
	}
	r := content.Revision{
		ID: fmt.Sprintf("%s:%d", siteID, site.Version), Entry: siteID, Of: siteKind, Version: site.Version,
		At: s.Now().UTC().Truncate(time.Millisecond), Action: content.ActionImport, State: content.StatePublished,
		Label: site.Name,
	}
	revision := storedRevision{Committed: true, Copy: site, Revision: r}
	if err := s.write(ctx, revisionsName, engine.Replace(r.ID, revision)); err != nil {
		return err
	}
	if err := s.write(ctx, settings, engine.Replace(siteID, site)); err != nil {
		return err
	}
	s.takeSite(site)
	return nil
}

// SiteAt reads the settings of the site as they were at a version. It returns false if that version never existed.
func (s *Store) SiteAt(ctx context.Context, version int) (*content.Site, bool, error) {
	site, ok, err := revisionCopy[*content.Site](ctx, s, siteID, version)
	if !ok && err == nil && version == defaultSite.Version {
		return &defaultSite, true, nil
	}
	return site, ok, err
}

// SaveSite replaces the settings of the site if they have the version before the new one, and adds a revision as for
// an entry. Otherwise it returns [ErrStale].
func (s *Store) SaveSite(ctx context.Context, site *content.Site, r content.Revision) error {
	if err := s.prepareIndexes(ctx, site.Languages, func(string) {}); err != nil {
		return err
	}
	r.Entry, r.Of, r.Version = siteID, siteKind, site.Version
	if err := s.write(ctx, revisionsName, engine.Insert(storedRevision{Revision: r, Copy: site})); err != nil {
		return err
	}
	doc, err := bsondoc.Encode(site)
	if err != nil {
		return err
	}
	doc = append(doc, bson.E{Key: "head", Value: r.ID})
	found, err := s.update(ctx, settings, bson.D{{Key: "_id", Value: siteID}, {Key: "version", Value: site.Version - 1}},
		bson.D{{Key: "$set", Value: doc}})
	if err == nil && !found && site.Version == 1 { // there were no settings before
		err = s.write(ctx, settings, engine.Insert(append(engine.ByID(siteID), doc...)))
	} else if err == nil && !found {
		err = ErrStale
	}
	switch {
	case errors.Is(err, ErrStale), errors.Is(err, engine.ErrDuplicate):
		return errors.Join(ErrStale, s.discard(ctx, &r))
	case err != nil:
		return err
	}
	s.takeSite(site)
	return s.commit(ctx, r.ID)
}

// ReadSite reads the settings of the site again, since another server may have changed them.
func (s *Store) ReadSite(ctx context.Context) error {
	before := s.site.Load()
	site, ok, err := findOne[content.Site](ctx, s.guard.Engine.Table(settings), engine.ByID(siteID))
	if err != nil || !ok || reflect.DeepEqual(before, site) {
		return err
	}
	if s.site.CompareAndSwap(before, site) { // otherwise other settings were written meanwhile
		s.Feed.Changed(feed.Change{})
	}
	return nil
}
