package mongodb_test

import (
	"errors"
	"testing"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"sen/internal/content"
	"sen/internal/mongodb"
)

// TestFail checks that errors that a retry may fix are UNAVAILABLE.
func TestFail(t *testing.T) {
	late := &mongo.WriteConcernError{Code: 50, Message: "operation exceeded time limit"}
	bulk := mongo.BulkWriteException{WriteConcernError: late}
	if mongo.IsTimeout(bulk) {
		t.Error("the driver knows a bulk's timeout now: waitsTooLong can go")
	}
	for name, err := range map[string]error{
		"a write":         mongo.WriteException{WriteConcernError: late},
		"a bulk":          bulk,
		"a read":          mongo.CommandError{Code: 50},
		"a primary going": mongo.CommandError{Code: 91},
	} {
		var told *content.Error
		if !errors.As(mongodb.Fail(err), &told) || told.Code != content.CodeUnavailable {
			t.Errorf("%s: %v", name, mongodb.Fail(err))
		}
	}
	var told *content.Error
	if errors.As(mongodb.Fail(errors.New("else")), &told) {
		t.Error("an unknown error is reported as UNAVAILABLE")
	}
}
