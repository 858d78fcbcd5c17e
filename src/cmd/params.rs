//! `--param NAME=VALUE`, of a script and of a lab sheet: what is given, else what the student's name chooses.

use super::{Context, Failure, fault};
use crate::{
    say,
    script::params::{self, Param, Refused, Values},
    view::sanitise,
};

/// The values of these parameters.
///
/// # Errors
/// Where a name is given that none of them has, or a value that it cannot have.
pub(super) fn resolve(
    context: &Context,
    command: &str,
    params: &[Param],
    given: &[(String, String)],
    student: Option<&str>,
) -> Result<Values, Failure> {
    let shown = |text: &str| sanitise::line(text.as_bytes()).into_owned();
    params::resolve(params, given, student).map_err(|refused| {
        let name = match refused {
            Refused::Unknown(name) => shown(name),
            Refused::Outside(param, value) => {
                let what = say!(
                    context.text,
                    "error-param-outside",
                    name = shown(&param.name),
                    value = shown(value),
                    domain = shown(&param.domain.to_string())
                );
                return fault::failed(context, command, &what);
            }
        };
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
