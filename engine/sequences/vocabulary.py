"""The vocabulary in which hospitals name sequences: one entry per idea, its words in the languages seen or likely.

Every word is a regular expression matched on normalised text (`words.normalise`): lower case, Latin letters without
accents, separators as blanks. A word stands alone unless it carries ``\\w*``; languages written without blanks
(Chinese, Japanese, Korean) match anywhere. Languages: English, German, French, Dutch, Italian, Spanish, Portuguese,
Turkish, Russian, Chinese, Japanese, Korean.
"""

from __future__ import annotations

# "en fase arterial" is a contrast phase, "en fase" an echo time
_NO_CONTRAST_PHASE = r"(?! (?:art|port|ven|vein|tard|equi|hepat|epat|pre|basal|dina|lat|nat))"

_TWO = r"(?:dual|doppel|dubbel|doub(?:le)?|doble|doppi[ao]|dupl[oa]|cift|podwojn\w*|dvojit\w*|двойн\w*|二重)"
_ECHO = r"(?:echo|eko|eco|эхо)"
# "DE" is dual echo where it opens a name or stands among technical words; before a noun it is a preposition
_TECHNICAL = (
    r"(?:t1w?|t1-w|ffe|ge|gre|f?spgr|fgre|flash|fl2d|[23]d|(?:o?ax|tra|trs|cor|axial|transvers)\w*|bh|mbh|fs|ip|op)"
)

WORDS: dict[str, tuple[str, ...]] = {
    # --- what is no acquired image
    "screen": (
        r"screen ?sav\w*", r"screen ?shots?", "screen", r"processed images?", "kos", r"key ?(?:images?|objects?)",
        "default ps series", r"presentation states?", r"\w*reports?", r"dose\w*", r"phoenix\w*", r"snapshots?",
        r"captures?", r"exam ?cards?", "summary", r"save ?images?", r"patient protocol\w*", "截图", "报告",
        "レポート",
    ),
    "map": (
        r"[bt][012] ?map\w*", r"map(?:ping|s)?", r"\w*mapping", r"t2 ?(?:star|\*)\w*", r"r2 ?(?:star|\*)\w*",
        r"molli\w*", r"sh?molli\w*", r"field ?map\w*", "fieldmapping", r"gre field\w*", r"\w*mre", r"mr ?elast\w*",
        r"mrelast\w*", r"elasto\w*", r"mr ?touch", r"swi\w{0,2}", "swan", "b0 ns", r"\w*stiffness\w*", r"shim\w*",
        "calibration", "cal", r"asset ?cal\w*", r"ref ?scan", "refscan", r"sense ?ref\w*", r"ref ?sense\w*",
        r"coil ?sens\w*", r"star ?map\w*", r"karte\w*", r"carto\w*", r"mapa", r"mappa", r"kaart", r"карт[аы]",
        "校准", "参考扫描", "伪彩", "弹性成像", "エラストグラフィ", "탄성",
    ),
    "variable flip angle": ("vfa", r"flip ?-?\d+ ?(?:deg)?", r"\d+ ?deg"),
    "spectroscopy": (r"spectro\w*", "svs", "mrs", "steam", r"histo\w*", r"спектро\w*", "波谱", "スペクトロ"),
    "perfusion map": (
        r"wash-? ?(?:in|out)", "ttp", r"i?auc\d*", "pei", "mtt", "ktrans", "kep", "time to peak", r"perf ?map\w*",
        r"perfusion ?weighted", "relcbv", "relmtt",
    ),
    "reformat": (
        r"\w*mpr(?!age|ess)\w*", "mip", "mips", r"\w*_mip", "minip", r"reformat\w*", r"rekon\w*", r"thick ?mip",
        "vr", "vrt", r"3d ?vol\w*", "curved", "pjn", r"posdisp", r"fus(?:ed|ion\w*)", r"overlay\w*", r"color ?map",
        "filt pha", r"range", "重建", "再構成", "재구성",
    ),
    # --- diffusion, its maps and its computed images
    "adc": (
        r"[de]?adc\w*", r"adc[ -]?map\w*", r"\w+adc", r"apparent ?diffusion\w*", r"diffusion ?coe?f\w*",
        r"(?:avg|average) ?dc", r"mm[^a-z0-9]? ?2? ?s ?$", r"10\^?-\d ?mm.*", r"икд", "표면 ?확산", "겉보기",
        "表观[扩弥]散", "見かけの拡散", r"coefficiente di diffusione", r"coeficiente de difus\w*",
        r"coefficient (?:apparent )?de diffusion", r"scheinbare\w* diffusion\w*",
    ),
    "eadc": ("eadc", r"ediff?", r"exponential\w*", r"exp ?adc"),
    "computed b": (
        r"\w*calc ?bval\w*", "calc", r"calculat\w*", r"calcul(?:ee?s?|ada?s?|ado|e)", r"\w*synth(?:etic)?\w*",
        r"sinteti\w*", r"synthetis\w*", r"syn ?-?b\d*\w*", "cdwi", r"computed\w*", r"computad\w*", r"cb\d{3,}\w*",
        r"c ?b ?value", r"berechnet\w*", r"berekend\w*", r"calcolat\w*", r"hesaplan\w*", r"вычисл\w*", r"расч\w+",
        r"extrapol\w*", "计算", "計算", "合成", "계산",
    ),
    "tensor": (
        r"(?:col)?fa", r"tensor$", "tensor b0", r"\w*tensor ?b0", "ra", r"fractional anis\w*", r"eigen\w*", "cfa",
        r"isotropic ?map",
    ),
    "diffusion": (
        r"\w*diff(?!eren)\w*", "dif", r"\w*dif(?=b\d)\w*", r"\w*dwi\w*", r"dwibs\w*", r"\w*dti\w*", r"s?dw",
        r"dw-? ?epi", r"dif+u[sz]\w*", "ivim", "rsi", r"resolve\w*", r"\w*tracew?", r"\d+ ?dir\w*", r"диф+уз\w*", "дви",
        "[扩擴]散", "弥散", "彌散", "拡散", "확산",
    ),
    # --- scouts, cholangiography, vessels, breath control
    "localizer": (
        r"\w*locali[sz]\w*", r"\w*lokali[sz]\w*", r"loca?", "locs", r"\w*(?<!b)(?<!ve)loc ?\d{0,2}", r"scouts?",
        r"\w*scout", r"s?surveys?(?: \w+)?",
        r"\w*survey", "pilot", r"plan(?:s|ning|scan)?", r"3 ?-? ?(?:pl|plane|plan|plans|planes|planos|piani|axis)",
        r"tri-? ?plan\w*", "three ?plane", r"(?:3|drei|drie) ?-? ?(?:ebenen|eb|richtungen|richtingen|vlak\w*)",
        r"reper[ae]\w*",
        r"3 ?-?ortho\w*", r"care ?bolus ?position\w*", r"topogram\w*", r"scanogram\w*", "first ?view", "smart ?scan",
        r"locato\w*", r"centra(?:ge|tura|tore|d[oe]r)\w*", r"^ue?bersicht\w*", r"\w*planung\w*",
        r"(?:plan|pian)ifica\w*", r"planej\w*", r"planowan\w*", r"^overzicht\w*", r"^oversi[gk]t\w*", r"kilavuz\w*",
        r"прицел\w*", r"разметк\w*", r"локал\w*", r"топограм\w*", "定位", "三平面",
        "位置決め", "ロケ", "スカウト", "로컬", "스카우트", "위치", r"surview\w*", r"smart ?exam\w*",
    ),
    "mrcp": (
        r"\w*mrcp\w*", "mrc", r"\w*mrkp\w*", r"mr-?cpre", r"(?:[23]d)?s?c-?(?:i?rmn?|mri)",
        r"(?:[23]d)?s?cp ?-?(?:i?rmn?|mri?)", r"i?rmn? ?-?cp", r"c?holangi\w*", r"c?olangio\w*", r"chol\w*",
        r"(?<!hepato-)(?<!hepato )(?<!epato )(?<!hep )bili\w*", r"thick ?-?(?:slab|sl|slabs)",
        r"th(?:in|k) ?-?slab", "rane", "rare", "ercp", r"wagon\w*", r"pancreatogra\w*", r"wirsung\w*",
        r"secretin\w*", r"gallen(?:weg|gang)\w*", r"холанги\w*", r"мрхпг", r"dickschicht\w*", "[胆膽]管", "胰胆",
        "膵胆", "胆道", "水成像", "(?<!간)담도", "담췌", r"ss ?-?mrcp",
    ),
    "hydrography": (
        r"\w*hydro(?!x|cort)\w*", r"\w*hidro\w*", r"\w*idrogra\w*", "idro", r"гидро\w*", "ハイドロ", "水造影",
        r"(?:mr|rm)?-?uro-? ?(?:gra[fmp]\w*|i?rmn?|mri?|reson\w*|resson\w*)", "mru", r"urogr\w*", r"uror+es\w*",
        r"уро-?граф\w*",
        r"\w*myelo(?!m)\w*", r"\w*mielo(?!m)\w*", r"миело(?!м)\w*", "ミエロ", r"sialo\w*", "尿路", "脊髓造影",
    ),
    "bolus": (
        r"care ?-?bolus\w*", r"smart ?-?prep\w*", r"bolus ?-?tra[kc]\w*", r"test ?-?bolus\w*", "bolus",
        r"timing ?(?:run|bolus)", r"fluoro ?trig\w*", r"bolustra\w*", r"ce injection", r"^injection$", r"ボーラス",
        "团注",
    ),
    "angiography": (
        r"\w*angio\w*", r"ce-?mra", "mra", r"\w*tof", r"phlebo\w*", r"tricks\w*", "pc ?mra", "pca",
        r"\w*pc flow\w*", r"(?:2d|3d|fl2d|fl3d) pc", r"phase ?contrast", r"q-?flow", r"flow", r"inhance\w*",
        r"veno?gra\w*", r"(?:1st|2nd|3rd|first|second) ?pass", r"native? trufi\w*", "time of flight", r"ангио\w*",
        "血管成像", "혈관조영",
    ),
    "flash3d": (r"fl3d\w*",),
    "balanced": (
        r"\w*trufi\w*", r"\w*fiesta\w*", r"[bs]*btfe\w*", r"b-?tfe\w*", r"b-?ffe\w*", r"balanced\w*",
        r"true ?fisp\w*", r"true ?ssfp", r"\w?ssfp", "ciss", r"\w*cine\w*", r"basg\w*",
    ),
    "echo planar": (r"\w*ep2d\w*", "epi", r"\w*epi2d\w*"),
    "functional": (r"fmri\w*", "bold", r"p?c?asl", "resting", r"rs-?fmri", r"epfid\w*", "dsc"),
    # --- regions
    "liver": (
        r"\w*abd\w*", r"liver\w*", r"hepat\w*", r"\w*leber\w*", "foie", "higado", "fegato", "lever", r"\w*buik\w*",
        "figado", r"oberbauch\w*", r"addome\w*", r"karacig\w*", r"batin", r"печен\w*", r"брюш\w*", r"живот\w*",
        "肝", "上腹", "腹部", "(?<!시)간", "복부", "dome",
    ),
    "region": (
        r"prost\w*", r"pelv\w*", r"\w*becken\w*", r"bekken\w*", r"bassin", r"bacino", r"rect(?:um|al)\w*",
        r"uter\w*", r"cervi[xc]\w*", r"\w*spine", r"spinal\w*", r"wirbel\w*", r"wervel\w*", "[lhb]ws", r"lumb\w*",
        r"lomb\w*", r"dorsal\w*", r"sacr\w*", r"rachi\w*", r"column\w*", r"colonna", "coluna", "omurga",
        r"servik\w*", "brain", r"\w*head", r"crani\w*", r"kran\w*", "crane", r"enc?ef\w*", r"enceph\w*",
        r"cereb\w*", r"cerveau", r"hirn\w*", r"schadel\w*", r"kopf", r"hersen\w*", "beyin", "skull", "hoofd",
        "tete", r"mprage\w*", r"bravo", r"\w*flair\w*", "fantoom", r"phanto\w*", r"kugel\w*", "knee", r"knie\w*",
        "genou", r"ginocch\w*", r"rodilla", "joelho", "diz", r"shoulder\w*", r"schulter\w*", r"schouder\w*",
        "epaule", "spalla", "hombro", "ombro", "omuz", "hip", r"huft\w*", "heup", "hanche", "anca", "cadera",
        "quadril", "kalca", "ankle", r"sprunggel\w*", "enkel", "cheville", "caviglia", "tobillo", "tornozelo",
        "wrist", "handgelenk", "poignet", "polso", "elbow", r"ellenbog\w*", "coude", "gomito", r"breasts?",
        r"mam[mae]\w*", "borst", "meme", r"dynaviews\w*", r"vibrant\w*", r"cardia\w*", "heart", "herz", r"coeur",
        "cuore", "corazon", "coracao", "kalp", r"kidneys?", r"renal\w*", r"nieren?", r"reins?", "rene", "rinon",
        r"bobrek", r"adrenal\w*", r"surren\w*", r"nebennier\w*", r"thora[xc]\w*", "chest", r"lungs?", r"poumon\w*",
        r"orbit\w*", "sella", r"pituit\w*", r"hypoph\w*", "iac", "neck", "hals", "collo", "cuello", r"carotid\w*",
        r"femur", "foot", "fuss", "voet", "pied", "hand", r"fetal", "fetus", r"bladder", r"blase", "vessie",
        r"hippoc\w*", "tmj", r"small ?bowel", r"entero\w*", r"anal", r"fistula\w*", r"thyr\w*", r"голов\w*",
        r"мозг\w*", r"позвон\w*", r"пояснич\w*", r"ше[ий]\w*", r"грудн\w*", r"колен\w*", r"плеч\w*", r"таз\w*",
        r"простат\w*", r"молочн\w*", r"сердц\w*", r"почк\w*", "脑", "颅", "頭", "头部", "头颅", "颈", "頸",
        "胸[^腹]", "胸$", "椎", "脊", "膝", "肩", "髋", "股関節", "踝", "盆腔", "骨盆", "骨盤", "前列腺", "前立腺",
        "子宫", "子宮", "直肠", "直腸", "乳腺", "乳房", "心[脏臓]", "[肾腎]", "垂体", "脳", "뇌", "두부", "경추",
        "요추", "척추", "무릎", "어깨", "골반", "전립선", "유방", "심장", "신장", "자궁",
    ),
    "vertebrae": (r"c\d ?- ?c?\d", r"c\d ?- ?t\d", r"l\d ?- ?[ls]\d", r"th?\d{1,2} ?- ?th\d{1,2}"),
    # --- T1 families and Dixon parts
    "t1": (r"\w*t1w?\w*", "t1-?w", "t1weighted", "t1 weighted"),
    "gradient t1": (
        r"\w*vibe\w*", r"\w*lava\w*", r"\w*thrive\w*", r"tigre\w*", r"quick ?-?3d\w*", r"\w*spgr\w*", r"e?fgre\w*",
        r"\w*disco\w*", r"\w*grasp\w*", "fame", r"\w*tfl", r"\w*tfe", "fl2d", r"\w*flash\w*", r"dce\w*",
        r"ffe ?3d\w*",
    ),
    "dixon": (
        r"\w*dixon\w*", r"\w*dix", "flex", r"\w*lava-?flex\w*", r"ideal\w*", r"in-? ?out", r"in-?opp\w*", "opp-?in",
        "wfs", "wfi",
    ),
    "fat fraction": (
        r"\w*pdff\w*", r"ideal ?-?iq\w*", r"\w*q-?dixon\w*", r"\w*-?quant\w*", r"liver ?-?lab\w*",
        r"\w*fat ?-?frac\w*", "ff", "lms", "r2star", r"r2s\w*", r"fact(?: \w+)+",
        r"multi-? ?echo ?(?:vibe|dixon|gre)\w*", "脂肪(?:分数|定量|含量)", "지방분율",
    ),
    "dual echo": (
        r"dual ?-?(?:ffe|gre|ge|fe|flash)\w*", rf"{_TWO} ?-?{_ECHO}\w*", rf"{_ECHO} ?-?{_TWO}",
        r"^de(?=[ -])", rf"2 ?-?{_ECHO}(?:e?s)?", rf"{_TECHNICAL} ?-?de(?=$| {_TECHNICAL})",
        r"in-? ?(?:and|&|et|und|e|y|en) ?-?(?:out|opp)\w*", r"chem\w* ?-?shift",
        r"ip ?-?oo?p", r"oo?p ?-?ip", "化学位移", "双回波", "雙回波", "同反相", "正反相", "이중 ?에코",
    ),
    "water": (
        r"water\w*", "wasser", "eau", "agua", "acqua", "su", "w", "w ?fil", r"\w*dixon-?w", r"вод\w*", "水相",
        "水像", "물영상",
    ),
    "fat": (
        r"fat(?! ?-?(?:sat|sup|frac|sh|kat))", "f", "f ?fil", "fett", "graisse", "grasa", "grasso", "gordura",
        r"\w*dixon-?f", "vet", r"жир", "脂相", "脂像", "脂肪像", "지방영상", "wf",
    ),
    "in phase letters": ("in", "ip", "inph", r"in ?ph", r"eco\d ?in\d?", r"\w*dixon-?ip"),
    "in phase": (
        r"in ?-?phase\w*", rf"en ?-?phase{_NO_CONTRAST_PHASE}", rf"(?:in|en|em) ?-?fase{_NO_CONTRAST_PHASE}",
        r"fase[ -](?:e |y )?(?:contro|fuori|fuera|fora).*", "ic ?faz", r"in-?faz", r"синфаз\w*", "в фазе(?! контр)",
        r"同相", "同位相", "동위상",
    ),
    "opposed phase letters": ("opp", "op", "oop", "out", r"eco\d ?opp\d?", r"\w*dixon-?op"),
    "opposed phase": (
        r"out ?-?(?:of ?-?)?(?:phase|faz)\w*", r"opp?osed\w*", r"opp ?-?phase", "phase out", r"hors ?-?phase",
        r"opposition\w*", r"op(?:p)?[ou]e?st[ao]\w*", r"gegenphas\w*", r"tegenfas\w*", r"uit ?-?fase",
        r"contro ?-?fase", r"fuori ?-?fase", r"fuera de fase", r"fora de fase", r"dis ?faz", r"out-?faz",
        r"противофаз\w*", "вне фазы", r"opp\w+", "反相", "逆位相", "역위상",
    ),
    # --- T2 families
    "t2": (r"\w*t2w?\w*", r"frfse\w*", "t2-?w", "t2weighted"),
    "turbo spin echo": (
        r"\w*tse\w*", r"\w*fse\w*", r"\w*blade\w*", r"propeller\w*", "prop", r"multivane\w*", "mvxd", "jet",
        "radar", r"arms", r"\w*space\w*", "vista", "cube",
    ),
    "three-dimensional": (r"\w*space\w*", "cube", "vista", r"spc\w*", r"\w*3d\w*"),
    "motion robust": (r"\w*blade\w*", r"propeller\w*", "prop", r"multivane\w*", "mvxd", "jet", "radar", "arms"),
    "single shot": (
        r"\w*haste\w*", r"\w*ssfse\w*", r"ss-? ?fse", r"ssh\w*", r"single-? ?shot",
        r"\w*fase(?=$| (?!art|port|ven|tard|" r"equi|hepat|epat|de|y|e|fuera|fora|basal|pre|dina))", r"ss-?tse",
        "sshtse", "uf ?se",
    ),
    "triggered": (
        r"trig\w*", r"\w*trigger\w*", r"getrig\w*", r"\w*nav\w*", "pace", r"resp\w*", "rt", "rtr", "rg",
        r"gat(?:ed|ing)", "navi", r"breath ?-?hold", "[mn]?bh", r"synchro\w*", r"apn\w*", r"atem\w*", r"adem\w*",
        r"gatillad\w*", "呼吸", "膈肌", "触发", "同期", "호흡",
    ),
    "fat suppressed": (
        r"\w*fs", r"fat ?-?sat\w*", "fatsat", r"spair\w*", "(?:t2)?spir", "a?spir", r"fat ?sup\w*", "stir", "tirm",
        "we", "fss", "sfs", "fsp", r"quick ?-?fat ?sat", r"fettsat\w*", r"fettunter\w*", r"vetonderd\w*",
        r"yag bask\w*", "压脂", "抑脂", "脂肪抑制", "지방억제", "жироподав\\w*", "fs\\w?",
    ),
    "inversion": (r"stir\w*", r"tirm\w*"),
    "heavy t2": (
        r"heav(?:y|ily)\w*", r"(?:lange?|long|langes|langer|largo|lungo) ?te", r"te ?(?:long|lang|largo|lungo)",
        r"te ?-?[2-9]\d\d", "hevy", r"stark gewicht\w*", "重T2",
    ),
    "proton density": ("pd", r"pdw\w*", r"pd-? ?spair", r"proton\w*", r"pd\w*tse", "dp", "质子"),
    "gradient t2": ("ffe", "gre", "medic", "merge", r"t2w? ?-?ffe", "fl2d", r"hemo\w*", r"t2\*\w*"),
    "plain spin echo": ("db", r"dark ?blood", "se"),
    "processed copy": (
        r"dreg\w*", r"ddwi\w*", "dwip", "reg -", "orig", "fil", r"filt\w*", "registered", r"denois\w*",
        r"\w*moco\w*",
    ),
    # --- planes
    "axial": (
        "o?ax", "axi", r"axial\w*", "tra", r"trans\w*", "trs", "ass", r"assial\w*", r"aksiy\w*", r"акси\w*", "横断",
        "轴位", r"axt\d", "축상", "軸位",
    ),
    "coronal": ("cor", r"coronal\w*", "kor", r"koronal\w*", "корон\\w*", "冠状", "관상"),
    "sagittal": (r"sag", r"sagit+al\w*", r"сагит\w*", "矢状", "시상"),
    "oblique": ("obl", r"oblique\w*", r"oblik\w*", r"para(?:cor|sag|ax)\w*"),
}  # fmt: skip
