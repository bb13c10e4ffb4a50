package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"sen"
	"sen/graph"
	"sen/graph/cost"
	"sen/graph/limits"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// executors has one store and a server for each of the two executors.
type executors struct {
	plans, walks *testserver.Server
	// walked counts the queries that plans left to gqlgen's executor.
	walked atomic.Int64
}

func serveBoth(t testing.TB, store *storage.Store) *executors {
	e := &executors{}
	limits := limits.Limits{
		Length: 1 << 20, Tokens: 1 << 16, Depth: 40, Aliases: 1000, RootFields: 100, Directives: 1000,
		Set: 1000, Selections: 10_000, Introspection: 500, Cost: cost.Limits{"": 1 << 30},
	}
	e.plans = testserver.Start(t, store,
		func(g *graph.Options, _ *web.Options) { g.Limits, g.Walked = limits, func() { e.walked.Add(1) } })
	e.walks = testserver.Start(t, store, func(g *graph.Options, _ *web.Options) { g.Limits, g.Walk = limits, true })
	return e
}

// same asks both and checks that the answers have the same bytes. It does not compare the order of errors, because
// gqlgen's depends on its goroutines.
func (e *executors) same(t testing.TB, query string, variables json.RawMessage, headers http.Header) []byte {
	t.Helper()
	planned, walked := e.plans.Ask(t, query, variables, headers), e.walks.Ask(t, query, variables, headers)
	if !bytes.Equal(inOrder(t, planned), inOrder(t, walked)) {
		t.Errorf("the answers differ:\n%s %s\nplanned: %.2000s\nwalked:  %.2000s", query, variables, planned, walked)
	}
	return planned
}

// maxErrors is the largest number of errors in an answer.
const maxErrors = 10

// inOrder returns an answer with its errors sorted by their text.
func inOrder(t testing.TB, raw []byte) []byte {
	if !bytes.Contains(raw, []byte(`"errors":[`)) {
		return raw
	}
	var answer struct {
		Data   json.RawMessage   `json:"data"`
		Errors []json.RawMessage `json:"errors"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	slices.SortFunc(answer.Errors, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	if len(answer.Errors) == maxErrors {
		answer.Errors = nil // which of them are listed depends on goroutines too
	}
	answer.Errors = slices.CompactFunc(answer.Errors, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) })
	sorted, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return sorted
}

// TestPlansAnswerAsWalking asks both executors every golden case. Plans alone answer the queries without errors.
func TestPlansAnswerAsWalking(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine testkit.Engine) {
		e := serveBoth(t, testkit.SampleStore(t, engine))
		for _, c := range cases(t) {
			t.Run(strings.TrimSuffix(filepath.Base(c.path), ".txtar"), func(t *testing.T) {
				headers := http.Header{}
				named := map[string]string{}
				if raw := c.file("headers.json"); raw != nil && json.Unmarshal(raw, &named) != nil {
					t.Fatal(string(raw))
				}
				for name, value := range named {
					headers.Set(name, value)
				}
				variables := json.RawMessage(c.file("variables.json"))
				if variables == nil {
					variables = json.RawMessage("{}")
				}
				before := e.walked.Load()
				answer := e.same(t, string(c.file("query.graphql")), variables, headers)
				// What is refused before it runs is not left to gqlgen's executor.
				failed := bytes.Contains(answer, []byte(`"errors":[`)) && bytes.Contains(answer, []byte(`"data":`))
				if walked := e.walked.Load() > before; walked != failed {
					t.Errorf("left to gqlgen's executor: %v\n%s", walked, answer)
				}
			})
		}
	})
}

// TestGqlgenReadsRootsAtOnce makes gqlgen's executor answer two root fields at the same time that read the same
// entries with different fields. Neither may use the other's entries, which lack its fields.
func TestGqlgenReadsRootsAtOnce(t *testing.T) {
	store := testkit.SampleStore(t, testkit.MongoDB(t))
	walks := testserver.Start(t, store, func(g *graph.Options, _ *web.Options) { g.Walk = true })
	const query = `{
		organization(slug: "so-cong-thuong") { ancestors { name } }
		organizations(filter: { slug: { eq: "so-cong-thuong" } }) { nodes { ancestors { shortName } } }
	}`
	for range 200 {
		if answer := walks.Ask(t, query, nil, nil); !bytes.Contains(answer, []byte(`"shortName":"UBND`)) {
			t.Fatal(string(answer))
		}
	}
}

// FuzzPlans makes random valid queries from the schema and asks both executors.
func FuzzPlans(f *testing.F) {
	e := serveBoth(f, testkit.AnySample(f))
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: sen.Schema})
	for seed := range uint64(40) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		q := &query{Rand: rand.New(rand.NewPCG(seed, 5)), schema: schema, budget: 60}
		body := q.selection(schema.Query, 0)
		text := fmt.Sprintf("query($yes: Boolean = true, $no: Boolean!) %s", body)
		if !strings.Contains(text, "$yes)") {
			text += " fragment y on Query { __typename @include(if: $yes) }"
			text = strings.Replace(text, "{", "{ ...y ", 1)
		}
		if !strings.Contains(text, "$no)") {
			text += " fragment n on Query { __typename @skip(if: $no) }"
			text = strings.Replace(text, "{", "{ ...n ", 1)
		}
		headers := http.Header{}
		if q.IntN(3) == 0 {
			headers.Set(testserver.ActorHeader, "admin")
		}
		e.same(t, text, json.RawMessage(fmt.Sprintf(`{"no": %v}`, q.IntN(2) == 0)), headers)
	})
}

// query makes a random query.
type query struct {
	*rand.Rand
	schema *ast.Schema
	// budget is how many more fields the query may have.
	budget int
}

func (q *query) selection(def *ast.Definition, depth int) string {
	var b strings.Builder
	b.WriteString("{ ")
	if def.Kind != ast.Object || q.IntN(6) == 0 {
		b.WriteString("__typename ")
	}
	if def.IsAbstractType() {
		possible := q.schema.GetPossibleTypes(def)
		if def.Kind == ast.Interface {
			possible = append(slices.Clone(possible), q.schema.Types["Content"], def)
		}
		for range 1 + q.IntN(3) {
			on := possible[q.IntN(len(possible))]
			fmt.Fprintf(&b, "... on %s %s ", on.Name, q.selection(on, depth+1))
		}
	}
	wrote := 0
	for range 1 + q.IntN(6) {
		if len(def.Fields) == 0 {
			break
		}
		field := def.Fields[q.IntN(len(def.Fields))]
		if text := q.field(field, depth); text != "" {
			wrote++
			switch q.IntN(12) {
			case 0:
				fmt.Fprintf(&b, "... on %s { %s } ", def.Name, text)
			case 1:
				fmt.Fprintf(&b, "... @include(if: $yes) { %s } ", text)
			default:
				b.WriteString(text + " ")
			}
		}
	}
	if wrote == 0 {
		b.WriteString("__typename ")
	}
	return b.String() + "}"
}

// field adds a field. It has an alias that no other argument or type can have. A field without arguments sometimes
// has no alias, so that fields are merged.
func (q *query) field(field *ast.FieldDefinition, depth int) string {
	if q.budget--; q.budget < 0 || strings.HasPrefix(field.Name, "__") {
		return ""
	}
	arguments, ok := q.arguments(field)
	if !ok {
		return ""
	}
	directive := ""
	switch q.IntN(15) {
	case 0:
		directive = " @include(if: $yes)"
	case 1:
		directive = " @skip(if: $no)"
	}
	below := ""
	if def := q.schema.Types[field.Type.Name()]; def.IsCompositeType() {
		if depth > 6 {
			return ""
		}
		below = " " + q.selection(def, depth+1)
	}
	alias := fmt.Sprintf("a%d: ", q.Uint32())
	if arguments == "" && q.IntN(3) == 0 {
		alias = ""
	}
	return alias + field.Name + arguments + directive + below
}

// values has the values of arguments, by their name or their type.
var values = map[string][]string{
	"slug":    {`"dong-thap-hop-mat"`, `"trang-chu"`, `"tin-tuc"`, `""`, `"di-cho"`},
	"id":      {`"article_mau-1"`, `"section_tin-tuc"`, `"x"`, `"media_1"`},
	"path":    {`"/articles/x"`, `"/"`, `"/sections/tin-tuc"`},
	"first":   {"0", "1", "2", "3", "5"},
	"last":    {"1", "2"},
	"offset":  {"0", "1", "7"},
	"Locale":  {`"en"`, `"vi"`, `"fr"`},
	"Stage":   {"PUBLISHED", "DRAFT"},
	"Int":     {"1", "2", "320"},
	"Boolean": {"true", "false"},
}

// arguments gives values to the required arguments, and to some of the others.
func (q *query) arguments(field *ast.FieldDefinition) (string, bool) {
	var given []string
	for _, arg := range field.Arguments {
		choice := values[arg.Name]
		if choice == nil {
			choice = values[arg.Type.Name()]
		}
		def := q.schema.Types[arg.Type.Name()]
		if choice == nil && def.Kind == ast.Enum {
			for _, v := range def.EnumValues {
				choice = append(choice, v.Name)
			}
		}
		if choice == nil || arg.Type.Elem != nil {
			if arg.Type.NonNull && arg.DefaultValue == nil {
				return "", false
			}
			continue
		}
		if arg.Type.NonNull || q.IntN(4) == 0 || (arg.Name == "slug" && q.IntN(2) == 0) {
			given = append(given, arg.Name+": "+choice[q.IntN(len(choice))])
		}
	}
	if given == nil {
		return "", true
	}
	return "(" + strings.Join(given, ", ") + ")", true
}
