package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// part is a part of a multipart form: a field, or a file if it has a name.
type part struct{ field, name, body string }

// form returns a multipart form.
func form(t testing.TB, parts ...part) (body *bytes.Buffer, contentType string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for _, p := range parts {
		create := func() (io.Writer, error) { return w.CreateFormField(p.field) }
		if p.name != "" {
			create = func() (io.Writer, error) { return w.CreateFormFile(p.field, p.name) }
		}
		into, err := create()
		if err == nil {
			_, err = io.WriteString(into, p.body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return body, w.FormDataContentType()
}

// sendForm posts a form to /graphql as an actor; headers are names and values in turn.
func sendForm(
	t testing.TB, server *testserver.Server, actor string, body io.Reader, contentType string, headers ...string,
) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/graphql", body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set(testserver.ActorHeader, actor)
	request.Header.Set("Apollo-Require-Preflight", "1")
	response, raw := testserver.Send(t, request, headers...)
	return response.StatusCode, string(raw)
}

// operation returns the first part of a form.
func operation(query, variables string) part {
	return part{field: "operations", body: fmt.Sprintf(`{"query":%q,"variables":%s}`, query, variables)}
}

// left returns the files that uploads left on disk.
func left(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "sen-upload-") {
			names = append(names, entry.Name())
		}
	}
	return names
}

// TestMultipartRefusals sends every sort of invalid form.
func TestMultipartRefusals(t *testing.T) {
	store := testkit.AnySample(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir) // not the engine's directory, which other tests share
	server := testserver.Start(t, store, func(_ *graph.Options, o *web.Options) { o.MaxUpload, o.MaxBody = 4096, 2048 })
	one := operation(`mutation($file: Upload!) { uploadMedia(file: $file) { userErrors { message } } }`, `{"file":null}`)
	to := func(paths string) part { return part{field: "map", body: paths} }
	good := to(`{"0":["variables.file"]}`)
	file := part{"0", "a.txt", "hello"}
	for name, c := range map[string]struct {
		parts   []part
		headers []string
		actor   string
		status  int
		code    string
		message string
	}{
		"no preflight": {
			parts: []part{one, good, file}, headers: []string{"Apollo-Require-Preflight", ""},
			status: 415, code: "CSRF", message: "not empty",
		},
		"packed": {
			parts: []part{one, good, file}, headers: []string{"Content-Encoding", "gzip"}, status: 415,
			code: "BAD_USER_INPUT",
		},
		"no boundary": {
			parts: []part{one, good, file}, headers: []string{"Content-Type", "multipart/form-data"},
			status: 400, code: "BAD_USER_INPUT", message: "no multipart form",
		},
		"another boundary": {
			parts:   []part{one, good, file},
			headers: []string{"Content-Type", "multipart/form-data; boundary=x"}, status: 400, code: "BAD_USER_INPUT",
		},
		"anonymous": {parts: []part{one, good, file}, actor: "stranger", status: 401, code: "UNAUTHENTICATED"},
		"nothing":   {status: 400, code: "BAD_USER_INPUT", message: "operations"},
		"no map":    {parts: []part{one}, status: 400, code: "BAD_USER_INPUT", message: "map is missing"},
		"map first": {
			parts: []part{good, one, file}, status: 400, code: "BAD_USER_INPUT",
			message: "operations is missing",
		},
		"file before map": {
			parts: []part{one, file, good}, status: 400, code: "BAD_USER_INPUT",
			message: "map is missing",
		},
		"a list of operations": {
			parts: []part{{field: "operations", body: " [" + one.body + "]"}, good, file}, status: 400,
			code: "BAD_USER_INPUT", message: "one operation",
		},
		"operations no JSON": {
			parts: []part{{field: "operations", body: "{"}, good, file}, status: 400,
			code: "BAD_USER_INPUT", message: "JSON",
		},
		"operations not UTF-8": {
			parts: []part{{field: "operations", body: "{\"query\":\"\xff\"}"}, good, file}, status: 400,
			code: "BAD_USER_INPUT", message: "UTF-8",
		},
		"operations too large": {
			parts:  []part{operation("{ viewer { name } } #"+strings.Repeat("a", 2048), "{}"), to("{}")},
			status: 413, code: "TOO_LARGE", message: "operations is larger than 2048",
		},
		"map too large": {
			parts: []part{one, to(`{"0":["` + strings.Repeat("a", 2048) + `"]}`)}, status: 413,
			code: "TOO_LARGE", message: "map is larger",
		},
		"map no JSON": {parts: []part{one, to("x")}, status: 400, code: "BAD_USER_INPUT", message: "part map"},
		"map null":    {parts: []part{one, to("null")}, status: 400, code: "BAD_USER_INPUT", message: "part map"},
		"map of no lists": {
			parts: []part{one, to(`{"0":"variables.file"}`), file}, status: 400, code: "BAD_USER_INPUT",
			message: "part map",
		},
		"map with empty lists": {
			parts: []part{one, to(`{"0":[]}`), file}, status: 400, code: "BAD_USER_INPUT",
			message: "0 paths",
		},
		"a path elsewhere": {
			parts: []part{one, to(`{"0":["query"]}`), file}, status: 400, code: "BAD_USER_INPUT",
			message: "does not lead into the variables",
		},
		"a path of a batch": {
			parts: []part{one, to(`{"0":["0.variables.file"]}`), file}, status: 400,
			code: "BAD_USER_INPUT", message: "does not lead into the variables",
		},
		"a path to nothing": {
			parts: []part{one, to(`{"0":["variables.picture"]}`), file}, status: 400,
			code: "BAD_USER_INPUT", message: "no place that is null",
		},
		"an index too far": {parts: []part{
			operation("{ viewer { name } }", `{"files":[null]}`),
			to(`{"0":["variables.files.1"]}`), file,
		}, status: 400, code: "BAD_USER_INPUT", message: "no place that is null"},
		"a path given twice": {
			parts: []part{one, to(`{"0":["variables.file","variables.file"]}`), file}, status: 400,
			code: "BAD_USER_INPUT", message: "no place that is null",
		},
		"no variables": {
			parts:  []part{{field: "operations", body: `{"query":"{ viewer { name } }"}`}, good, file},
			status: 400, code: "BAD_USER_INPUT", message: "no place that is null",
		},
		"a missing file": {parts: []part{one, good}, status: 400, code: "BAD_USER_INPUT", message: "did not come"},
		"a file not in the map": {
			parts: []part{one, good, file, {"1", "b.txt", "x"}}, status: 400, code: "BAD_USER_INPUT",
			message: "not in the map",
		},
		"a file twice": {
			parts: []part{one, good, file, file}, status: 400, code: "BAD_USER_INPUT",
			message: "came twice",
		},
		"eleven files": {
			parts: []part{
				one,
				to(`{"0":["variables.a"],"1":["variables.a"],"2":["variables.a"],"3":["variables.a"],"4":["variables.a"],"5":["variables.a"],"6":["variables.a"],"7":["variables.a"],"8":["variables.a"],"9":["variables.a"],"10":["variables.a"]}`),
			},
			status: 400, code: "BAD_USER_INPUT", message: "at most 10",
		},
		"a file too large": {
			parts: []part{one, good, {"0", "a.txt", strings.Repeat("a", 4097)}}, status: 413,
			code: "TOO_LARGE", message: `Tệp "a.txt" vượt quá giới hạn 4096`,
		},
		"a file much too large": {
			parts: []part{one, good, {"0", "a.txt", strings.Repeat("a", 3<<20)}}, status: 413,
			code: "TOO_LARGE", message: "4096",
		},
		"a reader's file":       {parts: []part{one, good, file}, actor: "reader", status: 200, code: "FORBIDDEN"},
		"no file for an Upload": {parts: []part{operation(`mutation($file: Upload!) { uploadMedia(file: $file) { id: __typename } }`, `{"file":"hello"}`), to("{}")}, status: 200, code: "BAD_USER_INPUT", message: "multipart request"},
		"an Upload in the text": {parts: []part{operation(`mutation { uploadMedia(file: "hello") { id: __typename } }`,
			`{}`), to("{}")}, status: 200, code: "BAD_USER_INPUT", message: "multipart request"},
		"a file for another type": {parts: []part{operation(`query($file: String) { article(slug: $file) { id } }`,
			`{"file":null}`), good, file}, status: 200, code: "GRAPHQL_VALIDATION_FAILED"},
	} {
		t.Run(name, func(t *testing.T) {
			actor := c.actor
			if actor == "" {
				actor = "writer"
			}
			body, contentType := form(t, c.parts...)
			status, answer := sendForm(t, server, actor, body, contentType, c.headers...)
			var parsed struct {
				Errors []struct {
					Message    string
					Extensions struct{ Code string }
				}
			}
			if err := json.Unmarshal([]byte(answer), &parsed); err != nil || len(parsed.Errors) != 1 {
				t.Fatalf("status %d: %s", status, answer)
			}
			if got := parsed.Errors[0]; status != c.status || got.Extensions.Code != c.code ||
				!strings.Contains(got.Message, c.message) {
				t.Errorf("status %d, %+v; want %d %s %q", status, got, c.status, c.code, c.message)
			}
		})
	}
	t.Run("cut off", func(t *testing.T) {
		body, contentType := form(t, one, good, part{"0", "a.txt", strings.Repeat("a", 4000)})
		status, answer := sendForm(t, server, "writer", bytes.NewReader(body.Bytes()[:body.Len()-1000]), contentType)
		if status != 400 || !strings.Contains(answer, "cut off") {
			t.Errorf("status %d: %s", status, answer)
		}
	})
	t.Run("a query without files", func(t *testing.T) {
		body, contentType := form(t, operation("{ viewer { name } }", "{}"), to("{}"))
		if status, answer := sendForm(t, server, "stranger", body, contentType); status != 200 ||
			strings.Contains(answer, "errors") {
			t.Errorf("status %d: %s", status, answer)
		}
	})
	if names := left(t, dir); len(names) > 0 {
		t.Errorf("files are left: %v", names)
	}
}

// TestSlowUpload takes longer than the server's time limit for other requests.
func TestSlowUpload(t *testing.T) {
	fast := testserver.Start(t, testkit.AnySample(t), nil)
	slow := httptest.NewUnstartedServer(fast.Config.Handler)
	slow.Config.ReadTimeout, slow.Config.WriteTimeout = 200*time.Millisecond, 250*time.Millisecond
	slow.Start()
	t.Cleanup(slow.Close)
	send := func(actor string) (int, string) {
		body, contentType := form(
			t, operation(`mutation($f: Upload!) { uploadMedia(file: $f) { media { fileName } } }`, `{"f":null}`),
			part{field: "map", body: `{"f":["variables.f"]}`}, part{"f", "a.txt", "slow and sure, by " + actor},
		)
		r, w := io.Pipe()
		go func() {
			half := body.Next(body.Len() / 2)
			_, _ = w.Write(half)
			time.Sleep(500 * time.Millisecond)
			_, _ = w.Write(body.Bytes())
			_ = w.Close()
		}()
		return sendForm(t, &testserver.Server{Server: slow}, actor, r, contentType)
	}
	if status, answer := send("writer"); status != http.StatusOK || !strings.Contains(answer, "a.txt") {
		t.Errorf("status %d: %s", status, answer)
	}
}
