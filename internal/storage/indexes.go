package storage

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
)

// indexes returns the indexes of all tables for a site's languages.
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
	return append(append(all, s.fileIndexes()...), peopleIndexes()...)
}

// prepareIndexes makes the indexes for a site's languages. Before each table it calls indexing with the table's name.
func (s *Store) prepareIndexes(ctx context.Context, languages content.Languages, indexing func(table string)) error {
	for _, of := range s.indexes(languages) {
		indexing(of.table)
		if err := s.guard.Engine.Table(of.table).Index(ctx, of.indexes...); err != nil {
			return err
		}
	}
	return nil
}
