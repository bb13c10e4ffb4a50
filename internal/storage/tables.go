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

// bucketName and sizesBucket are the names of the buckets of files: those of media, and sizes of pictures. Sizes can be
// made again, so they are no part of an archive, and those that are used least are removed.
const (
	bucketName  = "media"
	sizesBucket = "sizes"
)

// formField is where the form of a copy's keys stands among them.
const formField = "form"

// stays are the tables that a move leaves out: people sign in again, and sizes of pictures are made again.
var stays = []string{sessions, lease.Table, sizesBucket + ".files", sizesBucket + ".chunks"}

// ofOneStore are the settings that tell of one store alone.
var ofOneStore = []string{unfinishedID, identityID}

// movable is the filter for what is moved of a table.
func movable(table string) bson.D {
	if table == settings {
		return bson.D{{Key: "_id", Value: bson.D{{Key: "$nin", Value: ofOneStore}}}}
	}
	return nil
}

// previewsField is the mark of the good previews, in entries and in accounts.
const previewsField = "previews"

// revisionsName is the collection of what entries were, version by version.
const revisionsName = "revisions"

// routes is the collection of claimed slugs. Its `_id` is the kind and the slug,
// which makes slugs unique on every engine and keeps former ones answering.
const routes = "routes"

// openField marks the claims that no sweep has looked at; the others are Public, Hidden and Program.
const (
	openField    = "open"
	publicField  = "public"
	hiddenField  = "hidden"
	programField = "program"
)

// followsField tells in a revision that something follows from it.
const followsField = "follows"

// settings is the collection of what there is once, with the site under "site".
const settings = "settings"

// siteID names the site among the settings and in revisions, siteKind its kind there.
const (
	siteID   = "site"
	siteKind = "Site"
)

// tableIndexes are the indexes of a table.
type tableIndexes struct {
	table   string
	indexes []engine.Index
}

// parentField is where a copy names the entry that it stands directly below.
const parentField = "parent"

// unfinishedID names the mark among the settings.
const unfinishedID = "unfinished"

// identityID names the settings that tell this store from any other.
const identityID = "store"

// withoutCopy reads a revision without the copy that it left behind.
var withoutCopy = bson.D{{Key: "copy", Value: 0}}
