package embedded

import (
	"errors"
)

// sorting is one key of the order of a query: a path, its column, and the direction.
type sorting struct {
	path   string
	column int
	desc   bool
}

// query is a compiled query.
type query struct {
	filter *filter
	sort   []sorting
	// sorter reads the paths of the order without a column from the documents. It is nil if all have columns.
	sorter  *cellReader
	unknown []string
	skip    int
	limit   int
	project *projection
}

// most returns the greatest number of rows that a query needs, including skipped ones. 0 means no limit.
func (q *query) most() int {
	if q.limit == 0 {
		return 0
	}
	return q.skip + q.limit
}

// needsDocuments reports whether the rows that match, or their order, are only known after their documents are read.
func (q *query) needsDocuments() bool { return q.filter.documents() || q.sorter != nil }

// descends reports whether an order is descending.
func descends(direction any) (bool, error) {
	var n int64
	switch v := direction.(type) {
	case int:
		n = int64(v)
	case int32:
		n = int64(v)
	case int64:
		n = v
	}
	if n != 1 && n != -1 {
		return false, errors.New("an order is 1 or -1")
	}
	return n < 0, nil
}
