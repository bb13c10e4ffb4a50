package content

import "strings"

// Vietnamese reports whether messages are in Vietnamese: it is the first language of the chain. Otherwise they are in
// English.
func Vietnamese(chain []Locale) bool {
	return len(chain) > 0 && (chain[0] == "vi" || strings.HasPrefix(string(chain[0]), "vi-"))
}

// translations has the Vietnamese formats of errors that people read, by their English formats. Errors that only the
// developer of a client can fix (BAD_USER_INPUT, TOO_COMPLEX, CSRF) are in English only.
var translations = map[string]string{
	"Sign in first, or send a token: Authorization: Bearer ….":                                             "Hãy đăng nhập trước, hoặc gửi token: Authorization: Bearer ….",
	"Sign in with the account whose password is to change.":                                                "Hãy đăng nhập bằng tài khoản cần đổi mật khẩu.",
	"The session or token is not valid, or it has ended. Sign in again, or send another token.":            "Phiên đăng nhập hoặc token không hợp lệ hoặc đã hết hạn. Hãy đăng nhập lại, hoặc gửi token khác.",
	"The token is valid, but its claim %q names no role here. Ask an administrator of the issuer for one.": "Token hợp lệ, nhưng thuộc tính %q không ứng với vai trò nào ở đây. Hãy liên hệ quản trị viên của nơi cấp.",
	"Nobody can sign in here.":                                                                                        "Ở đây không đăng nhập được.",
	"Too many attempts to sign in failed. Try again in %d s.":                                                         "Đăng nhập sai quá nhiều lần. Hãy thử lại sau %d giây.",
	"Only those who were granted it may read drafts. Leave stage out to read what is published.":                      "Chỉ người được cấp quyền mới đọc được bản nháp. Bỏ stage để đọc nội dung đã đăng.",
	"Only documents that were loaded at start are run here. Name one by its documentId.":                              "Ở đây chỉ chạy các tài liệu đã nạp khi khởi động. Hãy gọi tài liệu bằng documentId.",
	"Pages of this origin may not use the API. Its operator can allow them (--cors-origins).":                         "Trang từ nguồn này không được dùng API. Người vận hành có thể cho phép (--cors-origins).",
	"The address is not signed.":                                                                                      "Địa chỉ chưa được ký.",
	"This is no preview.":                                                                                             "Đây không phải là bản xem trước.",
	"The entry is gone.":                                                                                              "Mục này không còn.",
	"It is no picture.":                                                                                               "Đây không phải là ảnh.",
	"There is no such file.":                                                                                          "Không có tệp nào như vậy.",
	"The file %q is larger than %d bytes, which is the limit.":                                                        "Tệp %q vượt quá giới hạn %d byte.",
	"Another attempt has taken over the file. Try again.":                                                             "Một lần gửi khác đang xử lý tệp này. Hãy thử lại.",
	"There is no room for files now. Try again later.":                                                                "Hiện không còn chỗ cho tệp. Hãy thử lại sau.",
	"Of the cost of %d that you may ask for in a minute %d is left, and this needs %d. Try again in %s s.":            "Trong mức %d được dùng mỗi phút chỉ còn %d, mà yêu cầu này cần %d. Hãy thử lại sau %s giây.",
	"Too much is asked for at once. Try again in a moment.":                                                           "Đang có quá nhiều yêu cầu cùng lúc. Hãy thử lại sau giây lát.",
	"Too many large answers are on their way. Try again in a moment.":                                                 "Đang có quá nhiều câu trả lời lớn được gửi đi. Hãy thử lại sau giây lát.",
	"Too many sizes of pictures are asked for at once. Try again in a moment.":                                        "Đang có quá nhiều kích thước ảnh được yêu cầu cùng lúc. Hãy thử lại sau giây lát.",
	"Figures are for this machine, and for tokens of administrators: Authorization: Bearer ….":                        "Số liệu chỉ dành cho chính máy này và cho token của quản trị viên: Authorization: Bearer ….",
	"Too much is asked for at once.":                                                                                  "Đang có quá nhiều yêu cầu cùng lúc.",
	"Too many large answers are on their way.":                                                                        "Đang có quá nhiều câu trả lời lớn được gửi đi.",
	"Too much was asked for from your network. Try again in %s s.":                                                    "Mạng của bạn đã gửi quá nhiều yêu cầu. Hãy thử lại sau %s giây.",
	"The answer took too long.":                                                                                       "Câu trả lời mất quá nhiều thời gian.",
	"The answer took too long. Ask for less, or try again.":                                                           "Câu trả lời mất quá nhiều thời gian. Hãy yêu cầu ít hơn, hoặc thử lại.",
	"The answer took longer than %s. Ask for less, or try again.":                                                     "Câu trả lời mất hơn %s. Hãy yêu cầu ít hơn, hoặc thử lại.",
	"The request was given up.":                                                                                       "Yêu cầu đã bị hủy.",
	"The store is not prepared yet.":                                                                                  "Kho dữ liệu chưa sẵn sàng.",
	"The move of a site into this store, begun at %s, has not come to its end. Run `sen move` again: it begins anew.": "Việc chuyển trang vào kho dữ liệu này, bắt đầu lúc %s, chưa hoàn tất. Hãy chạy lại `sen move`: lệnh sẽ bắt đầu lại từ đầu.",
	"The sample content of this store, begun at %s, is not whole. Start the server with --sample: it begins anew.":    "Nội dung mẫu của kho dữ liệu này, bắt đầu lúc %s, chưa đầy đủ. Hãy khởi động máy chủ với --sample: nội dung sẽ được nạp lại từ đầu.",
	"The import into this store, begun at %s, has not come to its end. Run `sen import` again: it begins anew.":       "Việc nhập dữ liệu vào kho này, bắt đầu lúc %s, chưa hoàn tất. Hãy chạy lại `sen import`: lệnh sẽ bắt đầu lại từ đầu.",
	"The database was dropped or replaced. Restore it, or restart this server to begin with what is there now.":       "Cơ sở dữ liệu đã bị xóa hoặc thay thế. Hãy khôi phục, hoặc khởi động lại máy chủ này để bắt đầu với dữ liệu hiện có.",
	"The collection %s was dropped, renamed or replaced. Undo that; or restore it, and restart this server to go on with what is there then.": "Bộ sưu tập %s đã bị xóa, đổi tên hoặc thay thế. Hãy hoàn tác; hoặc khôi phục rồi khởi động lại máy chủ này để tiếp tục với dữ liệu hiện có.",
	"Indexes of the database are missing and are being made again.":                                                                           "Một số chỉ mục của cơ sở dữ liệu bị mất và đang được tạo lại.",
	"This server's clock and the database's differ by %s. Set both by a time server.":                                                         "Đồng hồ của máy chủ này và của cơ sở dữ liệu lệch nhau %s. Hãy đồng bộ cả hai với máy chủ thời gian.",
	"The store did not answer. Try again.":                                                                                                    "Kho dữ liệu không trả lời. Hãy thử lại.",
	"Something went wrong on our side.":                                                                                                       "Đã có lỗi ở phía máy chủ.",
	"Something went wrong on our side. Tell us the request id if it stays so.":                                                                "Đã có lỗi ở phía máy chủ. Nếu lỗi lặp lại, hãy cho chúng tôi biết mã yêu cầu (requestId).",
	"This link shows nothing any more: it is over, or what it showed is gone. Ask the newsroom for a new one.":                                "Liên kết này không còn hiển thị gì: đã hết hạn, hoặc nội dung không còn. Hãy xin tòa soạn liên kết mới.",
	"The page can't be shown right now. Try again in a moment.":                                                                               "Hiện chưa hiển thị được trang. Hãy thử lại sau giây lát.",
	"The page is not kept in the language that the address names.":                                                                            "Trang không có ngôn ngữ mà địa chỉ yêu cầu.",
}
