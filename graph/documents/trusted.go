package documents

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"sen/graph/limits"
	"sen/internal/content"
)

// Trusted has the texts of the documents that the operator loaded at start, by id. They are valid and within the
// limits. Each is stored under the id that the file gives it and under "sha256:" with the hash of its text.
type Trusted map[string]string

const hashPrefix = "sha256:"

// Hash returns the SHA-256 of a document's text in lower-case hex.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// ByHash returns the document whose text has this SHA-256.
func (t Trusted) ByHash(hash string) (text string, ok bool) {
	text, ok = t[hashPrefix+hash]
	return text, ok
}

var (
	documentIDs = regexp.MustCompile(`^[A-Za-z0-9._~-]+(:[A-Za-z0-9._~:-]+)?$`)
	hexHash     = regexp.MustCompile(`^[0-9a-f]{64}$`)
	anyHash     = regexp.MustCompile(`^[0-9A-Fa-f]{64}$`)
)

// CheckID checks the form of an id. The rules are those of the GraphQL over HTTP specification, appendix "Persisted
// Documents".
func CheckID(id string) error {
	prefix, payload, prefixed := strings.Cut(id, ":")
	switch {
	case !documentIDs.MatchString(id):
		return fmt.Errorf("an id is of letters, digits, -, ., _ and ~, and may have a prefix with a colon")
	case prefixed && prefix == "sha256" && !hexHash.MatchString(payload):
		return fmt.Errorf("behind sha256: come 64 digits of lower-case hex")
	case prefixed && prefix != "sha256" && !strings.HasPrefix(prefix, "x-"):
		return fmt.Errorf("a prefix is sha256, or begins with x-")
	}
	return nil
}

// ReadTrusted reads a file of documents: a JSON object of texts by id, as Relay and GraphQL Code Generator write it,
// or the manifest of Apollo's tools. It returns an error that names the document if one is invalid or exceeds a
// limit.
func ReadTrusted(file []byte, within limits.Limits, schema *ast.Schema) (Trusted, error) {
	texts, err := readManifest(file)
	if err != nil {
		return nil, err
	}
	trusted := Trusted{}
	for id, text := range texts {
		if err := CheckID(id); err != nil {
			return nil, fmt.Errorf("the document %q: %w", id, err)
		}
		hash := Hash(text)
		if named := strings.TrimPrefix(id, hashPrefix); anyHash.MatchString(named) && named != hash {
			return nil, fmt.Errorf("the document %q: its id is not the SHA-256 of its text, which is %s", id, hash)
		}
		if err := check(text, within, schema); err != nil {
			return nil, fmt.Errorf("the document %q: %w", id, err)
		}
		trusted[id], trusted[hashPrefix+hash] = text, text
	}
	return trusted, nil
}

// manifestFormat identifies the manifest of Apollo's tools.
const manifestFormat = "apollo-persisted-query-manifest"

// readManifest returns the texts of a file by their ids.
func readManifest(file []byte) (map[string]string, error) {
	var manifest struct {
		Format     any
		Operations []struct{ ID, Body string }
	}
	if json.Unmarshal(file, &manifest) == nil && manifest.Format == manifestFormat {
		texts := map[string]string{}
		for _, operation := range manifest.Operations {
			texts[operation.ID] = operation.Body
		}
		return texts, nil
	}
	var texts map[string]string
	if err := json.Unmarshal(file, &texts); err != nil || texts == nil {
		return nil, fmt.Errorf("it must be a JSON object of documents' texts by their ids")
	}
	return texts, nil
}

// check returns an error if a document is invalid for all variables.
func check(text string, within limits.Limits, schema *ast.Schema) error {
	if _, err := within.Parse(text); err != nil {
		return err
	}
	parsed, errs := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
	if errs != nil {
		return errs[0]
	}
	if len(parsed.Operations) == 0 {
		return fmt.Errorf("it has no operation")
	}
	doc := newDocument(schema, parsed)
	if doc.wrong != nil {
		return doc.wrong
	}
	most := within.Cost.Most()
	return doc.costs.Least(func(op *ast.OperationDefinition, cost, conditions int) error {
		switch {
		case cost > most:
			return fmt.Errorf("its operation %s costs %d at least, and nobody may ask for more than %d", op.Name, cost, most)
		case conditions > content.MaxFilterConditions:
			return fmt.Errorf("the filters of its operation %s have more than %d conditions", op.Name,
				content.MaxFilterConditions)
		}
		return nil
	})
}
