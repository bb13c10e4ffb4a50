package storage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
	"sen/internal/storage/lease"
)

// The collections of people.
const (
	accounts = "accounts"
	sessions = "sessions"
	tokens   = "tokens"
)

// bucketName and sizesBucket are the names of the two buckets of files: media, and sizes of pictures. Sizes can be
// made again. So an archive does not contain them, and the least recently used are removed.
const (
	bucketName  = "media"
	sizesBucket = "sizes"
)

// formField is the field, among the keys of a copy, with their form (see formOf).
const formField = "form"

// notMovedTables are the tables that a move leaves out: people sign in again, and sizes of pictures are made again.
var notMovedTables = []string{sessions, lease.Table, sizesBucket + ".files", sizesBucket + ".chunks"}

// notMovedSettings are the settings that belong to one database and are not moved.
var notMovedSettings = []string{unfinishedID, identityID}

// movable returns the filter for the documents of a table that a move includes.
func movable(table string) bson.D {
	if table == settings {
		return bson.D{{Key: "_id", Value: bson.D{{Key: "$nin", Value: notMovedSettings}}}}
	}
	return nil
}

// previewsField is the field with the mark of the valid previews, in entries and in accounts.
const previewsField = "previews"

// revisionsName is the collection of the revisions of entries.
const revisionsName = "revisions"

// routes is the collection of claimed slugs. The `_id` consists of the kind and the slug. That makes slugs unique on
// every engine and keeps former slugs reserved.
const routes = "routes"

// openField marks the claims that no sweep has checked. The other constants are the fields Public, Hidden and Program
// of a claim.
const (
	openField    = "open"
	publicField  = "public"
	hiddenField  = "hidden"
	programField = "program"
)

// followsField is the field of a revision that says which further work it requires.
const followsField = "follows"

// settings is the collection of documents that exist once; the site's settings have the id "site".
const settings = "settings"

// siteID is the id of the site's settings, also in revisions. siteKind is their kind in revisions.
const (
	siteID   = "site"
	siteKind = "Site"
)

// tableIndexes are the indexes of a table.
type tableIndexes struct {
	table   string
	indexes []engine.Index
}

// parentField is the field of a copy that names the parent entry.
const parentField = "parent"

// unfinishedID is the id of the mark of an unfinished store, among the settings.
const unfinishedID = "unfinished"

// identityID is the id of the store's identity, among the settings.
const identityID = "store"

// withoutCopy reads a revision without its copy.
var withoutCopy = bson.D{{Key: "copy", Value: 0}}
