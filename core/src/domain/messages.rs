//! What a user may be told of each error, in the languages of the product.

use super::ErrorCode;

impl ErrorCode {
    /// The key of the text, for an app that has texts of its own: `live.error.<code>`.
    pub fn message_key(self) -> String {
        format!("live.error.{self}")
    }

    /// The text for people, in the language of a BCP 47 tag (`tr`, `tr-TR`); English where there is no other.
    pub fn text(self, language: &str) -> &'static str {
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        let (english, turkish) = self.texts();
        if primary.eq_ignore_ascii_case("tr") {
            turkish
        } else {
            english
        }
    }

    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::InvalidArgument => (
                "Something in this request isn't right.",
                "Bu istekte bir hata var.",
            ),
            Self::NotAuthenticated => ("Please sign in again.", "Lütfen yeniden giriş yapın."),
            Self::PaymentRequired => ("This session has a price.", "Bu yayın ücretli."),
            Self::InsufficientCoins => ("You don't have enough coins.", "Yeterli jetonunuz yok."),
            Self::Forbidden => ("You can't do this.", "Bunu yapamazsınız."),
            Self::NotCreator => (
                "Only creators can do this.",
                "Bunu yalnızca içerik üreticileri yapabilir.",
            ),
            Self::SubscriptionRequired => ("This session is for subscribers.", "Bu yayın abonelere özel."),
            Self::Banned => ("You were removed from this session.", "Bu yayından çıkarıldınız."),
            Self::Blocked => ("You can't reach this person.", "Bu kişiye ulaşamazsınız."),
            Self::RoleNotAllowed => ("Your role doesn't allow this.", "Rolünüz buna izin vermiyor."),
            Self::NotFound => ("This doesn't exist any more.", "Bu artık mevcut değil."),
            Self::Conflict => ("This isn't possible right now.", "Bu şu anda mümkün değil."),
            Self::AlreadyLive => (
                "You already have an open session.",
                "Zaten açık bir yayınınız var.",
            ),
            Self::Busy => ("The line is busy.", "Hat meşgul."),
            Self::AnsweredElsewhere => ("Answered on another device.", "Başka bir cihazda yanıtlandı."),
            Self::PriceChanged => ("The price has changed.", "Fiyat değişti."),
            Self::SessionFull => ("There is no place left.", "Yer kalmadı."),
            Self::SessionEnded => ("The session is over.", "Yayın sona erdi."),
            Self::CallEnded => ("The call is over.", "Arama sona erdi."),
            Self::RateLimited => (
                "Too fast. Try again in a moment.",
                "Çok hızlısınız. Birazdan yeniden deneyin.",
            ),
            Self::QuotaExceeded => ("Your limit is used up.", "Kullanım sınırınıza ulaştınız."),
            Self::MediaUnavailable => (
                "The connection was lost. Try again.",
                "Bağlantı kurulamadı. Yeniden deneyin.",
            ),
            Self::Internal => (
                "Something went wrong. Try again.",
                "Bir sorun oluştu. Yeniden deneyin.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_text_of_its_own_in_every_language() {
        for language in ["en", "tr"] {
            let mut texts: Vec<_> = ErrorCode::ALL.iter().map(|code| code.text(language)).collect();
            texts.sort_unstable();
            texts.dedup();
            assert_eq!(texts.len(), ErrorCode::ALL.len(), "{language}");
        }
    }

    #[test]
    fn a_language_is_known_by_its_tag() {
        for (tag, text) in [
            ("tr", "Hat meşgul."),
            ("tr-TR", "Hat meşgul."),
            ("TR_tr", "Hat meşgul."),
            ("de-AT", "The line is busy."),
            ("trv", "The line is busy."),
            ("", "The line is busy."),
        ] {
            assert_eq!(ErrorCode::Busy.text(tag), text, "{tag}");
        }
    }
}
