from django.db import migrations

# « {structure} » stands for the structure's name. A text is never changed: a new version takes the next number.
TEXTS = {
    ("suivi", "fr"): (
        "J’accepte que {structure} garde un dossier sur moi et m’accompagne dans mon projet. Dans ce dossier : mon prénom, comment me "
        "joindre, ma commune, et ce que je veux bien dire de mon projet. Seules les personnes de {structure} le lisent. "
        "Je peux le lire, le corriger ou tout arrêter quand je veux, sans dire pourquoi."
    ),
    ("suivi", "en"): (
        "I agree that {structure} keeps a file about me and helps me with my project. The file holds my first name, how to reach me, my "
        "town, and what I choose to say about my project. Only the people of {structure} read it. "
        "I can read it, correct it or stop everything whenever I want, without saying why."
    ),
    ("suivi", "ar"): (
        "أوافق على أن تحتفظ {structure} بملفّ عنّي وأن ترافقني في مشروعي. يحتوي هذا الملفّ على اسمي الشخصي، وطريقة الاتصال بي، وبلديّتي، "
        "وما أرغب في قوله عن مشروعي. لا يقرؤه إلا العاملون في {structure}. "
        "يمكنني قراءته أو تصحيحه أو إيقاف كل شيء متى أردت، دون ذكر السبب."
    ),
    ("orientation", "fr"): (
        "J’accepte que ma demande soit envoyée à {structure}. {structure} lira mon nom, comment me joindre et ce que je cherche, pour me "
        "contacter et m’aider. Je peux arrêter quand je veux : {structure} ne lira alors plus rien."
    ),
    ("orientation", "en"): (
        "I agree that my request is sent to {structure}. {structure} will read my name, how to reach me and what I am looking for, to "
        "contact me and help me. I can stop whenever I want: {structure} will then read nothing more."
    ),
    ("orientation", "ar"): (
        "أوافق على إرسال طلبي إلى {structure}. ستقرأ {structure} اسمي وطريقة الاتصال بي وما أبحث عنه، لكي تتصل بي وتساعدني. "
        "يمكنني إيقاف ذلك متى أردت، وعندها لن تقرأ {structure} أيّ شيء بعد ذلك."
    ),
    ("partage", "fr"): (
        "J’accepte que les structures qui m’accompagnent sachent lesquelles m’accompagnent, et lisent les étapes, les freins et les notes "
        "partagées de mon parcours, pour travailler ensemble. Je peux arrêter quand je veux : chacune ne verra plus que ce qu’elle a écrit."
    ),
    ("partage", "en"): (
        "I agree that the organisations that help me know about one another, and read the steps, the obstacles and the shared notes of my "
        "project, to work together. I can stop whenever I want: each will then see only what it wrote itself."
    ),
    ("partage", "ar"): (
        "أوافق على أن تعرف الهيئات التي ترافقني بعضها بعضًا، وأن تقرأ مراحل مشروعي والعوائق والملاحظات المشتركة، لكي تعمل معًا. "
        "يمكنني إيقاف ذلك متى أردت، وعندها لا ترى كل هيئة إلا ما كتبته بنفسها."
    ),
}


def write(apps, schema_editor):
    text = apps.get_model("journeys", "ConsentText")
    text.objects.using(schema_editor.connection.alias).bulk_create(
        [text(aim=aim, language=language, number=1, body=body) for (aim, language), body in TEXTS.items()],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    """The first version of what people agree to, in plain French, in English and in Arabic."""

    dependencies = [("journeys", "0005_ended_referrals_by_date")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
