//! `--param NAME=VALUE`, of a script and of a lab sheet: what is given, else what the student's name chooses.

use super::{Context, Failure, fault};
use crate::{
    say,
    script::params::{self, Param, Values},
    view::sanitise,
};

/// The values of these parameters.
///
/// # Errors
/// Where a name is given that none of them has.
pub(super) fn resolve(
    context: &Context,
    command: &str,
    params: &[Param],
    given: &[(String, String)],
    student: Option<&str>,
) -> Result<Values, Failure> {
    params::resolve(params, given, student).map_err(|name| {
        let name = sanitise::line(name.as_bytes()).into_owned();
        let known: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
        let what = if known.is_empty() {
            say!(context.text, "error-param-none", name = name)
        } else {
            let names = known.join(", ");
            say!(
                context.text,
                "error-param-unknown",
                name = name,
                names = names
            )
        };
        fault::failed(context, command, &what)
    })
}
