//! Answers that are not the schema's: refusals at the door and everything that faults put on the wire.

use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, DATE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use super::options::AuthStyle;

/// Any JSON text.
pub(super) fn json(status: StatusCode, body: String) -> Response {
    with_header((status, body).into_response(), CONTENT_TYPE, HeaderValue::from_static("application/json"))
}

fn html(status: StatusCode, heading: &str) -> Response {
    let page = format!("<html><head><title>{heading}</title></head><body><h1>{heading}</h1></body></html>");
    with_header((status, page).into_response(), CONTENT_TYPE, HeaderValue::from_static("text/html"))
}

fn with_header(mut response: Response, name: HeaderName, value: HeaderValue) -> Response {
    response.headers_mut().insert(name, value);
    response
}

/// With the time in the form that HTTP demands.
pub(super) fn dated(response: Response, now: Timestamp) -> Response {
    let text = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let date = HeaderValue::try_from(text).expect("a date is ASCII");
    with_header(response, DATE, date)
}

/// The firewall's page for user agents that it does not like.
pub(super) fn forbidden() -> Response {
    html(StatusCode::FORBIDDEN, "403 Forbidden")
}

/// A proxy's page.
pub(super) fn bad_gateway() -> Response {
    html(StatusCode::BAD_GATEWAY, "502 Bad Gateway")
}

/// A server that broke.
pub(super) fn broken() -> Response {
    json(StatusCode::INTERNAL_SERVER_ERROR, json!({ "message": "Internal server error" }).to_string())
}

/// A body that is no request.
pub(super) fn bad_request(message: &str) -> Response {
    json(StatusCode::BAD_REQUEST, json!({ "errors": [{ "message": message }] }).to_string())
}

/// Too many requests. The header has whole seconds only, so a wait of less than one says `0`.
pub(super) fn too_many(wait: Duration) -> Response {
    let secs = wait.as_secs();
    let body = json!({
        "success": false,
        "code": "TOO_MANY_REQUESTS",
        "message": format!("Too many requests, try again in {secs} seconds"),
        "retrySecs": secs,
    });
    with_header(json(StatusCode::TOO_MANY_REQUESTS, body.to_string()), RETRY_AFTER, HeaderValue::from(secs))
}

/// No token, or one that is not good any more.
pub(super) fn unauthenticated(style: AuthStyle) -> Response {
    match style {
        AuthStyle::Http401 => {
            let body = json!({ "success": false, "code": "UNAUTHENTICATED", "message": "Log in first" });
            json(StatusCode::UNAUTHORIZED, body.to_string())
        }
        AuthStyle::GraphqlError => graphql_error("UNAUTHENTICATED", "Log in first"),
    }
}

/// HTTP 200, no data, one error.
pub(super) fn graphql_error(code: &str, message: &str) -> Response {
    let error = json!({ "message": message, "extensions": { "code": code } });
    json(StatusCode::OK, json!({ "data": null, "errors": [error] }).to_string())
}

/// HTTP 200 and a body that is not JSON: half an object with a page's tail.
pub(super) fn malformed() -> Response {
    json(StatusCode::OK, r#"{"data":{"<!-- upstream: connection closed -->"#.to_owned())
}

/// Back to the same server, where a client that follows would send its body a second time.
pub(super) fn redirect() -> Response {
    let response = StatusCode::TEMPORARY_REDIRECT.into_response();
    with_header(response, LOCATION, HeaderValue::from_static("/again"))
}
