"""Invented people of many languages: names as they write them, and in the Latin letters of their addresses."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Person:
    """Who gets a mail."""

    first_name: str
    last_name: str
    company: str
    city: str
    language: str
    handle: str
    """First and last name as an address writes them."""


@dataclass(frozen=True, slots=True)
class Culture:
    """Where names come from. Each word is `as written=in an address`; the latter only where they differ."""

    language: str
    first_names: str
    last_names: str
    cities: str
    companies: str


CULTURES = (
    Culture(
        "de",
        "Jürgen=juergen Käthe=kaethe Björn=bjoern Sabine Uwe Heike Anneliese Götz=goetz Maja Jörg=joerg",
        "Müller=mueller Weiß=weiss Schröder=schroeder Vogel Kühn=kuehn Brandt Jäger=jaeger Hofmann Größl=groessl Lang",
        "Köln München Graz Zürich Lübeck",
        "Straßenbau_Nord_GmbH Bäckerei_Löffler Elektro-Schäfer_KG",
    ),
    Culture(
        "fr",
        "Élodie=elodie François=francois Chloé=chloe Maël=mael Hélène=helene Loïc=loic Anaïs=anais Benoît=benoit",
        "Lefèvre=lefevre D’Aubigné=daubigne Gauthier Bérard=berard L'Hôte=lhote Garçon=garcon Noël=noel Morel",
        "Orléans Besançon Nîmes Québec Liège",
        "Pâtisserie_de_l’Étoile Forêts_&_Fils Société_Générative",
    ),
    Culture(
        "zh",
        "伟=wei 芳=fang 秀英=xiuying 敏=min 静=jing 建国=jianguo 婷婷=tingting 子涵=zihan 浩然=haoran 梓萱=zixuan",
        "王=wang 李=li 张=zhang 刘=liu 陈=chen 杨=yang 欧阳=ouyang 赵=zhao 黄=huang 司马=sima",
        "北京 上海 成都 西安 厦门",
        "东方花园有限公司 长城软件 明月书店",
    ),
    Culture(
        "ja",
        "さくら=sakura 健太=kenta 美咲=misaki 翔=sho ゆうこ=yuko 陽菜=hina 大輔=daisuke あかり=akari 蓮=ren 直子=naoko",
        "佐藤=sato 鈴木=suzuki 髙橋=takahashi 田中=tanaka 渡邉=watanabe 伊藤=ito 山本=yamamoto 﨑山=sakiyama",
        "東京 大阪 札幌 京都 那覇",
        "株式会社ひかり 月見堂 さくらシステムズ",
    ),
    Culture(
        "ar",
        "محمد=mohammed فاطمة=fatima علي=ali ليلى=layla يوسف=youssef مريم=maryam خالد=khalid نور=nour هدى=huda",
        "العلي=alali الخطيب=alkhatib حداد=haddad المصري=almasri نجار=najjar الشامي=alshami بكري=bakri منصور=mansour",
        "القاهرة دمشق الرباط بغداد تونس",
        "شركة_النور مكتبة_الحكمة مطعم_الياسمين",
    ),
    Culture(
        "ru",
        "Алексей=aleksei Наталья=natalya Фёдор=fyodor Ольга=olga Сергей=sergei Юлия=yulia Игорь=igor Вера=vera",
        "Иванов=ivanov Соловьёв=solovyov Чайка=chaika Лебедь=lebed Журавль=zhuravl Мороз=moroz Зима=zima Белых=belykh",
        "Москва Казань Томск Самара Псков",
        "ООО_«Ромашка» Завод_«Рассвет» Книжный_двор",
    ),
    Culture(
        "el",
        "Γιώργος=giorgos Ελένη=eleni Νίκος=nikos Αθηνά=athina Δημήτρης=dimitris Σοφία=sofia Χρήστος=christos Ζωή=zoi",
        "Παπαδόπουλος=papadopoulos Νικολάου=nikolaou Γεωργίου=georgiou Κωστής=kostis Ψαράς=psaras Ξένος=xenos",
        "Αθήνα Πάτρα Βόλος Χανιά",
        "Ελαιόλαδο_Α.Ε. Το_Φανάρι Γαλάζιο",
    ),
    Culture(
        "vi",
        "Nguyệt=nguyet Dũng=dung Thảo=thao Hương=huong Tuấn=tuan Phượng=phuong Đức=duc Quỳnh=quynh Sơn=son Ánh=anh",
        "Nguyễn=nguyen Trần=tran Lê=le Phạm=pham Huỳnh=huynh Vũ=vu Đặng=dang Bùi=bui Đỗ=do Ngô=ngo",
        "Hà_Nội Huế Đà_Nẵng Cần_Thơ",
        "Công_ty_Hoa_Sen Phở_Bắc Sông_Hồng",
    ),
    Culture(
        "hi",
        "आरव=aarav प्रिया=priya रोहन=rohan अनन्या=ananya विक्रम=vikram दीपिका=deepika संजय=sanjay मीरा=meera",
        "शर्मा=sharma पटेल=patel गुप्ता=gupta सिंह=singh वर्मा=verma जोशी=joshi अय्यर=iyer नायर=nair",
        "दिल्ली मुंबई जयपुर पुणे",
        "गंगा_ट्रेडर्स नीलम_ज्वेलर्स सूर्या_टेक",
    ),
    Culture(
        "ko",
        "민준=minjun 서연=seoyeon 지우=jiwoo 하은=haeun 도윤=doyun 수빈=subin 예준=yejun 지민=jimin",
        "김=kim 이=lee 박=park 최=choi 정=jung 강=kang 남궁=namgung 황보=hwangbo",
        "서울 부산 대구 제주",
        "한빛출판 주식회사_새벽 바다식당",
    ),
    Culture(
        "pl",
        "Łukasz=lukasz Małgorzata=malgorzata Żaneta=zaneta Święty=swiety Zofia Paweł=pawel Józef=jozef Agnieszka",
        "Wiśniewska=wisniewska Dąbrowski=dabrowski Kozłowska=kozlowska Źrebiec=zrebiec Gołąb=golab Śliwa=sliwa Nowak",
        "Łódź Kraków Gdańsk Poznań",
        "Piekarnia_Źdźbło Młyn_Żuraw Spółka_Ćma",
    ),
    Culture(
        "en",
        "Amelia Oliver Siobhán=siobhan Jack Grace Harry Zoë=zoe Noah Imogen Rhys",
        "Smith O'Connor=oconnor Fitzgerald Hughes Brontë=bronte Taylor-Wood=taylor-wood Clarke Patel Evans Ng",
        "Leeds Cork Wellington Halifax",
        "Acme_&_Sons,_Ltd. Harbour_Books The_“Old”_Mill",
    ),
)


def person(random: Random) -> Person:
    """Invent somebody."""
    culture = random.choice(CULTURES)
    first_name, first = _written(random.choice(culture.first_names.split()))
    last_name, last = _written(random.choice(culture.last_names.split()))
    city = random.choice(culture.cities.split()).replace("_", " ")
    company = random.choice(culture.companies.split()).replace("_", " ")
    return Person(first_name, last_name, company, city, culture.language, f"{first}.{last}")


def _written(word: str) -> tuple[str, str]:
    name, _, latin = word.partition("=")
    return name, latin or name.lower()
