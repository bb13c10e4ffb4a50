package mongodb

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/content"
)

// defaultSite stands in until a site has settings of its own.
var defaultSite = content.Site{
	Name:      content.Text{content.Undetermined: "Sen"},
	Languages: content.Languages{Default: "vi", Locales: []content.Locale{"vi", "en"}},
	TimeZone:  "Asia/Ho_Chi_Minh",
}

// settings is the collection of what there is once, with the site under "site".
const settings = "settings"

// Site is the settings of the site as they were last read.
func (s *Store) Site() *content.Site { return s.site.Load() }

// PutSite replaces the settings of the site.
func (s *Store) PutSite(ctx context.Context, site *content.Site) error {
	if err := s.prepareIndexes(ctx, site.Languages); err != nil {
		return err
	}
	_, err := s.db.Collection(settings).ReplaceOne(ctx, bson.D{{Key: "_id", Value: "site"}}, site, options.Replace().SetUpsert(true))
	if err != nil {
		return fail(err)
	}
	s.site.Store(site)
	return nil
}

func (s *Store) readSite(ctx context.Context) error {
	var site content.Site
	err := s.db.Collection(settings).FindOne(ctx, bson.D{{Key: "_id", Value: "site"}}).Decode(&site)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil
	}
	if err != nil {
		return fail(err)
	}
	s.site.Store(&site)
	return nil
}
