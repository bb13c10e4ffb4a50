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

// maxFiles is the largest number of files in one request.
const maxFiles = 10

// uploadTime is how long a signed-in client may take to send its files.
const uploadTime = 5 * time.Minute

// multipartRequest reads a request with files, according to the GraphQL multipart request specification
// (github.com/jaydenseric/graphql-multipart-request-spec). The parts must come in the order operations, map, files.
// So the files can be written to disk as they arrive, and files that the map does not name are not stored.
type multipartRequest struct {
	parts     *multipart.Reader
	maxBody   int64 // of operations, and of map
	maxUpload int64 // of a file
	// files are the files on disk; they are removed with the request.
	files []*os.File
}

// fromMultipart reads a request with files. The caller must call remove on the multipartRequest when the request
// ends.
func (g *graphQL) fromMultipart(w http.ResponseWriter, r *http.Request) (*rawParams, *multipartRequest, *refusal) {
	m := &multipartRequest{maxBody: g.maxBody, maxUpload: g.maxUpload}
	if !preflighted(r) { // a form of any site can send this content type
		return nil, m,
			refused(http.StatusUnsupportedMediaType, content.CodeCSRF,
				"A multipart request needs one of the headers %s, not empty.", strings.Join(preflights, ", "))
	}
	if r.Header.Get("Content-Encoding") != "" {
		return nil, m,
			refused(http.StatusUnsupportedMediaType, content.CodeBadUserInput, "Send the body without Content-Encoding.")
	}
	if signedIn(r.Context()) { // anonymous clients may send no files, so the usual time limits hold for them
		control, until := http.NewResponseController(w), time.Now().Add(uploadTime)
		_ = control.SetReadDeadline(until) // a test's recorder has no deadlines
		_ = control.SetWriteDeadline(until.Add(g.timeout + writeTime))
	}
	// The part reader limits the header of a part; the last term allows some space for all of them.
	body := http.MaxBytesReader(w, r.Body, 2*g.maxBody+maxFiles*g.maxUpload+1<<20)
	r.Body = body
	var err error
	if m.parts, err = r.MultipartReader(); err != nil {
		return nil, m, badInput("The body is no multipart form: %v.", err)
	}
	params, bad := m.read(signedIn(r.Context()))
	if bad != nil && bad.said.Code == content.CodeTooLarge {
		// Most clients read the answer only after they have sent everything.
		_, _ = io.CopyN(io.Discard, body, g.maxUpload)
	}
	return params, m, bad
}

// preflighted reports whether a browser must have sent a preflight request before it sent the request from another
// site.
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
	return refused(http.StatusRequestEntityTooLarge, content.CodeTooLarge,
		"%s is larger than %d bytes, which is the limit.", what, limit)
}

// read reads the whole request. It accepts files only if the client is signed in.
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
		return nil, refused(http.StatusUnauthorized, content.CodeUnauthenticated,
			"Sign in first, or send a token: Authorization: Bearer ….")
	}
	for {
		part, err := m.parts.NextPart()
		if err == io.EOF { // not errors.Is, because a truncated body wraps it
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

// unreadable returns the refusal of a body that ends too early or is too large.
func (m *multipartRequest) unreadable(err error) *refusal {
	if large := new(http.MaxBytesError); errors.As(err, &large) {
		return tooLarge("The body", large.Limit)
	}
	return badInput("The body could not be read: it is no multipart form, or it was cut off.")
}

// field reads the next part, which must be the field with this name.
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

// keep writes a file to disk as it arrives.
func (m *multipartRequest) keep(part *multipart.Part) (upload graphql.Upload, bad *refusal) {
	file, err := os.CreateTemp("", "sen-upload-")
	if err != nil {
		return upload,
			refused(http.StatusServiceUnavailable, content.CodeUnavailable, "There is no room for files now. Try again later.")
	}
	_ = os.Remove(file.Name()) // on systems that allow it, so that no file remains even after a crash
	m.files = append(m.files, file)
	size, err := io.Copy(file, io.LimitReader(part, m.maxUpload+1))
	switch {
	case size > m.maxUpload:
		return upload,
			refused(http.StatusRequestEntityTooLarge, content.CodeTooLarge,
				"The file %q is larger than %d bytes, which is the limit.", part.FileName(), m.maxUpload)
	case errors.As(err, new(*os.PathError)):
		return upload,
			refused(http.StatusServiceUnavailable, content.CodeUnavailable, "There is no room for files now. Try again later.")
	case err != nil:
		return upload, m.unreadable(err)
	}
	return graphql.Upload{File: file, Filename: part.FileName(), Size: size, ContentType: part.Header.Get("Content-Type")},
		nil
}

// remove closes and removes the files.
func (m *multipartRequest) remove() {
	for _, file := range m.files {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}
}
