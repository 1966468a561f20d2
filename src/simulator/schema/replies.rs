//! What mutations reply: whether it is done, a code, a message, and at most one object.

use async_graphql::{Interface, SimpleObject};

use super::objects::{Payment, Recipient, Sender, Withdrawal};
use super::rules::Refused;

/// A reply that has an object, and so can lose it.
pub trait WithObject: From<Refused> {
    type Object;

    /// Done, and this is what came of it.
    fn done(code: &str, object: Option<Self::Object>) -> Self;

    /// The same with another object, or with none.
    fn with_object(self, object: Option<Self::Object>) -> Self;

    /// The object, to change it.
    fn object_mut(&mut self) -> Option<&mut Self::Object>;
}

/// A reply of a mutation: the three fields that all share, and at most one of its own.
macro_rules! reply {
    ($name:ident $({ $field:ident: $object:ty })?) => {
        #[derive(SimpleObject)]
        pub struct $name {
            pub success: bool,
            pub code: Option<String>,
            pub message: Option<String>,
            $(pub $field: Option<$object>,)?
        }

        $(
            impl WithObject for $name {
                type Object = $object;

                fn done(code: &str, $field: Option<$object>) -> Self {
                    Self { success: true, code: Some(code.to_owned()), message: None, $field }
                }

                fn with_object(self, $field: Option<$object>) -> Self {
                    Self { $field, ..self }
                }

                fn object_mut(&mut self) -> Option<&mut $object> {
                    self.$field.as_mut()
                }
            }
        )?

        impl From<Refused> for $name {
            fn from(refused: Refused) -> Self {
                Self {
                    success: false,
                    code: Some(refused.code.to_owned()),
                    message: Some(refused.message),
                    $($field: None,)?
                }
            }
        }
    };
}

reply!(MutationReply);
reply!(LoginReply { token: String });
reply!(MutateSenderReply { sender: Sender });
reply!(MutateRecipientReply { recipient: Recipient });
reply!(CreateWithdrawalReply { withdrawal: Withdrawal });
reply!(CreatePaymentReply { payment: Payment });
reply!(CopReply { billable: bool });

/// What every reply of a mutation has.
#[derive(Interface)]
#[graphql(
    name = "IMutationReply",
    field(name = "success", ty = "&bool"),
    field(name = "code", ty = "&Option<String>"),
    field(name = "message", ty = "&Option<String>")
)]
#[expect(clippy::duplicated_attributes, reason = "the fields of an interface, two of one type")]
pub enum IMutationReply {
    Plain(MutationReply),
    Login(LoginReply),
    Sender(MutateSenderReply),
    Recipient(MutateRecipientReply),
    Withdrawal(CreateWithdrawalReply),
    Payment(CreatePaymentReply),
    Cop(CopReply),
}
