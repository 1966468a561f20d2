//! The parts of the schema that not every server has: whether this one shows them, and that using an absent one is
//! refused.
//!
//! The types have all parts, so the library's own validation knows them and its `visible` only hides them from
//! introspection. [`Absences`] therefore walks every request, by types, before it is validated, and answers as a
//! server would whose schema never had them.

use std::convert::Infallible;
use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery};
use async_graphql::parser::types::{ExecutableDocument, Field, OperationType, Selection, SelectionSet};
use async_graphql::registry::{MetaType, MetaTypeName, Registry};
use async_graphql::{Context, ErrorExtensionValues, Name, ServerError, ServerResult, Value, Variables};

use crate::simulator::flash::Flash;
use crate::simulator::options::{Assumed, CallbackUri, ExternalIdFilter, Options, TradableSpelling};

/// A field of an object or an input.
struct Part {
    owner: &'static str,
    name: &'static str,
    is_there: fn(&Options) -> bool,
}

/// One table for both uses: [`PARTS`] to refuse by, and a function for each part to show it by.
macro_rules! parts {
    ($($function:ident: $owner:literal $name:literal if $is_there:expr;)*) => {
        const PARTS: &[Part] = &[$(Part { owner: $owner, name: $name, is_there: $is_there },)*];

        $(
            pub fn $function(ctx: &Context<'_>) -> bool {
                Flash::of(ctx).is_none_or(|flash| $is_there(&flash.options()))
            }
        )*
    };
}

parts! {
    recipient_external_id: "RecipientQueryInput" "externalId" if |options: &Options| filters(options.party_filter);
    sender_external_id: "SenderQueryInput" "externalId"
        if |options: &Options| filters(options.party_filter) && assumed(options);
    withdrawal_external_id: "WithdrawalQueryInput" "externalId"
        if |options: &Options| filters(options.withdrawal_filter) && assumed(options);
    payment_external_id: "PaymentQueryInput" "externalId"
        if |options: &Options| filters(options.payment_filter) && assumed(options);
    payment_min_created_at: "PaymentQueryInput" "minCreatedAt" if assumed;
    payment_max_created_at: "PaymentQueryInput" "maxCreatedAt" if assumed;
    payment_status_message: "Payment" "statusMessage" if assumed;
    withdrawal_callback_uri: "CreateWithdrawalInput" "callbackUri" if takes_callbacks;
    payment_callback_uri: "PaymentInput" "callbackUri" if takes_callbacks;
    tradable: "QuoteInput" "tradable" if |options: &Options| options.tradable == TradableSpelling::Tradable;
    tradeable: "QuoteInput" "tradeable" if |options: &Options| options.tradable == TradableSpelling::Tradeable;
}

/// Both inputs have what orders share.
pub fn callback_uri(ctx: &Context<'_>) -> bool {
    withdrawal_callback_uri(ctx) && payment_callback_uri(ctx)
}

fn takes_callbacks(options: &Options) -> bool {
    options.callback_uri == CallbackUri::Taken
}

fn filters(filter: ExternalIdFilter) -> bool {
    filter != ExternalIdFilter::Missing
}

fn assumed(options: &Options) -> bool {
    options.assumed == Assumed::Present
}

/// Refuses requests that use what this server has not.
pub struct Absences;

impl ExtensionFactory for Absences {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Absences {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        let Some(flash) = ctx.data_opt::<Arc<Flash>>() else { return Ok(document) };
        let options = flash.options();
        let absent: Vec<&Part> = PARTS.iter().filter(|part| !(part.is_there)(&options)).collect();
        let walk = Walk { registry: &ctx.schema_env.registry, document: &document, variables, absent };
        match walk.document() {
            Some(part) => Err(unknown(part)),
            None => Ok(document),
        }
    }
}

fn unknown(part: &Part) -> ServerError {
    let mut error =
        ServerError::new(format!("Unknown field \"{}\" on type \"{}\"", part.name, part.owner), None);
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", "GRAPHQL_VALIDATION_FAILED");
    error
}

/// A walk along a request in search of absent parts.
struct Walk<'a> {
    registry: &'a Registry,
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    absent: Vec<&'static Part>,
}

/// Deeper than this nothing of the schema lies; circles of fragments are left to the validation.
const DEEPEST: u8 = 16;

impl Walk<'_> {
    fn document(&self) -> Option<&'static Part> {
        self.document.operations.iter().find_map(|(_, operation)| {
            let root = match operation.node.ty {
                OperationType::Query => &self.registry.query_type,
                OperationType::Mutation => self.registry.mutation_type.as_ref()?,
                OperationType::Subscription => return None,
            };
            self.selection(root, &operation.node.selection_set.node, 0)
        })
    }

    fn selection(&self, owner: &str, set: &SelectionSet, depth: u8) -> Option<&'static Part> {
        if depth > DEEPEST {
            return None;
        }
        set.items.iter().find_map(|item| match &item.node {
            Selection::Field(field) => self.field(owner, &field.node, depth),
            Selection::InlineFragment(part) => {
                let on = part.node.type_condition.as_ref();
                let owner = on.map_or(owner, |on| on.node.on.node.as_str());
                self.selection(owner, &part.node.selection_set.node, depth + 1)
            }
            Selection::FragmentSpread(spread) => {
                let part = self.document.fragments.get(&spread.node.fragment_name.node)?;
                let owner = part.node.type_condition.node.on.node.as_str();
                self.selection(owner, &part.node.selection_set.node, depth + 1)
            }
        })
    }

    fn field(&self, owner: &str, field: &Field, depth: u8) -> Option<&'static Part> {
        let name = field.name.node.as_str();
        let known = self.registry.types.get(owner)?.field_by_name(name)?;
        let variable =
            |name: Name| Ok::<_, Infallible>(self.variables.get(&name).cloned().unwrap_or_default());
        let mut arguments = field.arguments.iter().filter_map(|(name, value)| {
            let input = known.args.get(name.node.as_str())?;
            let value = value.node.clone().into_const_with(variable).ok()?;
            self.input(MetaTypeName::concrete_typename(&input.ty), &value, depth + 1)
        });
        let owned = MetaTypeName::concrete_typename(&known.ty);
        self.absent(owner, name)
            .or_else(|| arguments.next())
            .or_else(|| self.selection(owned, &field.selection_set.node, depth + 1))
    }

    fn input(&self, owner: &str, value: &Value, depth: u8) -> Option<&'static Part> {
        match value {
            _ if depth > DEEPEST => None,
            Value::Object(fields) => fields.iter().find_map(|(name, value)| {
                let Some(MetaType::InputObject { input_fields, .. }) = self.registry.types.get(owner) else {
                    return None;
                };
                self.absent(owner, name).or_else(|| {
                    let owner = MetaTypeName::concrete_typename(&input_fields.get(name.as_str())?.ty);
                    self.input(owner, value, depth + 1)
                })
            }),
            Value::List(items) => items.iter().find_map(|item| self.input(owner, item, depth + 1)),
            _ => None,
        }
    }

    fn absent(&self, owner: &str, name: &str) -> Option<&'static Part> {
        self.absent.iter().copied().find(|part| part.owner == owner && part.name == name)
    }
}
