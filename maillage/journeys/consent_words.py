"""The few words around an agreement, in each language that its texts are in. French goes through the catalogue."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# code → the language's own name, and whether it is written from right to left
LANGUAGES = {"fr": ("Français", False), "en": ("English", False), "ar": ("العربية", True)}

WORDS: dict[str, dict[str, Any]] = {
    "fr": {
        "title": _("Votre accord"),
        "asks": _("vous demande votre accord."),
        "read": _("Lisez, puis décidez. Dire non ne vous enlève aucun droit."),
        "agree": _("Je suis d’accord"),
        "yes": _("Valider ma réponse"),
        "choose": _("Cochez ce que vous acceptez, ou choisissez « Non »."),
        "no": _("Non, je ne veux pas"),
        "later": _("Vous pourrez changer d’avis quand vous voulez, dans « Mon parcours »."),
        "given": _("Merci, c’est noté"),
        "given_text": _(
            "La structure va pouvoir vous accompagner. Vous gardez la main : tout se lit et s’arrête dans « Mon parcours »."
        ),
        "refused": _("C’est noté : c’est non"),
        "refused_text": _("La structure ne lit rien de vous. Vous n’avez rien d’autre à faire."),
        "space": _("Ouvrir « Mon parcours »"),
    },
    "en": {
        "title": "Your agreement",
        "asks": "asks for your agreement.",
        "read": "Read, then decide. Saying no takes none of your rights away.",
        "agree": "I agree",
        "yes": "Send my answer",
        "choose": "Tick what you agree to, or choose “No”.",
        "no": "No, I do not want this",
        "later": "You can change your mind whenever you want, in “Mon parcours”.",
        "given": "Thank you, noted",
        "given_text": "The organisation can now help you. You stay in control: everything can be read and stopped in “Mon parcours”.",
        "refused": "Noted: no",
        "refused_text": "The organisation reads nothing about you. You have nothing else to do.",
        "space": "Open “Mon parcours”",
    },
    "ar": {
        "title": "موافقتك",
        "asks": "تطلب موافقتك.",
        "read": "اقرأ ثم قرّر. قول «لا» لا يحرمك من أيّ حقّ.",
        "agree": "أوافق",
        "yes": "إرسال جوابي",
        "choose": "ضع علامة أمام ما توافق عليه، أو اختر «لا».",
        "no": "لا، لا أريد",
        "later": "يمكنك تغيير رأيك متى شئت، في صفحة «مساري».",
        "given": "شكرًا، تمّ تسجيل جوابك",
        "given_text": "يمكن للهيئة الآن أن ترافقك. القرار يبقى لك: كل شيء يُقرأ ويُوقَف في صفحة «مساري».",
        "refused": "تمّ التسجيل: لا",
        "refused_text": "لن تقرأ الهيئة أيّ شيء عنك. ليس عليك القيام بأيّ شيء آخر.",
        "space": "فتح صفحة «مساري»",
    },
}
