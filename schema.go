// Package sen holds the contract: what the API offers, as text.
package sen

import _ "embed"

// Schema is schema.graphqls, word for word.
//
//go:embed schema.graphqls
var Schema string
