package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"sen/internal/content"
)

// maxFiles is how many files one request brings.
const maxFiles = 10

// uploadTime is how long a signed-in client may take to send its files.
const uploadTime = 5 * time.Minute

// multipartRequest reads a request with files, as the GraphQL multipart request
// specification has it (github.com/jaydenseric/graphql-multipart-request-spec). Its parts
// must come in the order operations, map, files, so that the files can be kept on disk
// while they come in, and none that nobody asked for is kept.
type multipartRequest struct {
	parts     *multipart.Reader
	maxBody   int64 // of operations, and of map
	maxUpload int64 // of a file
	// files were kept on disk; they go with the request.
	files []*os.File
}

// fromMultipart reads a request with files. Remove what it kept when the request ends.
func (g *graphQL) fromMultipart(w http.ResponseWriter, r *http.Request) (*rawParams, *multipartRequest, *refusal) {
	m := &multipartRequest{maxBody: g.maxBody, maxUpload: g.maxUpload}
	if !preflighted(r) { // a form of any site can send this type
		return nil, m, refused(http.StatusUnsupportedMediaType, content.CodeCSRF, "A multipart request needs one of the headers %s, not empty.", strings.Join(preflights, ", "))
	}
	if r.Header.Get("Content-Encoding") != "" {
		return nil, m, refused(http.StatusUnsupportedMediaType, content.CodeBadUserInput, "Send the body as it is.")
	}
	if signedIn(r.Context()) { // strangers have no files to send: ordinary times do
		control, until := http.NewResponseController(w), time.Now().Add(uploadTime)
		_ = control.SetReadDeadline(until) // a test's recorder has no deadlines
		_ = control.SetWriteDeadline(until.Add(g.timeout + writeTime))
	}
	// A part's header is bounded by its reader; a little is left for all of them.
	body := http.MaxBytesReader(w, r.Body, 2*g.maxBody+maxFiles*g.maxUpload+1<<20)
	r.Body = body
	var err error
	if m.parts, err = r.MultipartReader(); err != nil {
		return nil, m, badInput("The body is no multipart form: %v.", err)
	}
	params, bad := m.read(signedIn(r.Context()))
	if bad != nil && bad.said.Code == content.CodeTooLarge {
		// Most clients read the answer only when they have sent what they wanted to.
		_, _ = io.CopyN(io.Discard, body, g.maxUpload)
	}
	return params, m, bad
}

// preflighted tells whether a browser asked before it sent the request from another site.
func preflighted(r *http.Request) bool {
	for _, name := range preflights {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

func badInput(format string, args ...any) *refusal {
	return refused(http.StatusBadRequest, content.CodeBadUserInput, format, args...)
}

func tooLarge(what string, limit int64) *refusal {
	return refused(http.StatusRequestEntityTooLarge, content.CodeTooLarge, "%s is larger than %d bytes, which is the limit.", what, limit)
}

// read reads the whole request; files only from who is signed in.
func (m *multipartRequest) read(signedIn bool) (*rawParams, *refusal) {
	operations, bad := m.field("operations")
	if bad != nil {
		return nil, bad
	}
	if strings.HasPrefix(strings.TrimSpace(string(operations)), "[") {
		return nil, badInput("Send one operation in a request; a list of them is not taken.")
	}
	params, bad := parseParams(operations)
	if bad != nil {
		return nil, bad
	}
	text, bad := m.field("map")
	if bad != nil {
		return nil, bad
	}
	places, err := parseUploadMap(text)
	if err != nil {
		return nil, badInput("%s", err)
	}
	if len(places) > 0 && !signedIn {
		return nil, refused(http.StatusUnauthorized, content.CodeUnauthenticated, "Sign in first, or send a token: Authorization: Bearer ….")
	}
	for {
		part, err := m.parts.NextPart()
		if err == io.EOF { // the bare one: a body that was cut off wraps it
			break
		}
		if err != nil {
			return nil, m.unreadable(err)
		}
		name := part.FormName()
		paths, ok := places[name]
		if !ok {
			return nil, badInput("The file %q is not in the map, or came twice.", name)
		}
		delete(places, name)
		file, bad := m.keep(part)
		if bad != nil {
			return nil, bad
		}
		for _, path := range paths {
			if err := path.put(params.Variables, file); err != nil {
				return nil, badInput("%s", err)
			}
		}
	}
	for name := range places {
		return nil, badInput("The file %q is in the map and did not come.", name)
	}
	return params, nil
}

// unreadable is the refusal of a body that ends too early or is too large.
func (m *multipartRequest) unreadable(err error) *refusal {
	if large := new(http.MaxBytesError); errors.As(err, &large) {
		return tooLarge("The body", large.Limit)
	}
	return badInput("The body could not be read: it is no multipart form, or it was cut off.")
}

// field reads the next part, which must be the field of a name.
func (m *multipartRequest) field(name string) ([]byte, *refusal) {
	part, err := m.parts.NextPart()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, m.unreadable(err)
	}
	if err != nil || part.FormName() != name {
		return nil, badInput("The parts must be operations, map and then the files; %s is missing at its place.", name)
	}
	text, err := io.ReadAll(io.LimitReader(part, m.maxBody+1))
	if err != nil {
		return nil, m.unreadable(err)
	}
	if int64(len(text)) > m.maxBody {
		return nil, tooLarge("The part "+name, m.maxBody)
	}
	if !utf8.Valid(text) {
		return nil, badInput("The part %s must be UTF-8.", name)
	}
	return text, nil
}

// keep writes a file to disk as it comes in.
func (m *multipartRequest) keep(part *multipart.Part) (upload graphql.Upload, bad *refusal) {
	file, err := os.CreateTemp("", "sen-upload-")
	if err != nil {
		return upload, refused(http.StatusServiceUnavailable, content.CodeUnavailable, "There is no room for files now. Try again later.")
	}
	_ = os.Remove(file.Name()) // where the system allows it, nothing stays whatever happens
	m.files = append(m.files, file)
	size, err := io.Copy(file, io.LimitReader(part, m.maxUpload+1))
	switch {
	case size > m.maxUpload:
		return upload, refused(http.StatusRequestEntityTooLarge, content.CodeTooLarge, "The file %q is larger than %d bytes, which is the limit.", part.FileName(), m.maxUpload)
	case errors.As(err, new(*os.PathError)):
		return upload, refused(http.StatusServiceUnavailable, content.CodeUnavailable, "There is no room for files now. Try again later.")
	case err != nil:
		return upload, m.unreadable(err)
	}
	return graphql.Upload{File: file, Filename: part.FileName(), Size: size, ContentType: part.Header.Get("Content-Type")}, nil
}

// remove forgets the files.
func (m *multipartRequest) remove() {
	for _, file := range m.files {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}
}
