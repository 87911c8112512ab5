"""Texts of the evaluation report: headings, captions, what a figure means."""

from typing import Literal

WORDS: dict[str, dict[Literal["en", "zh"], str]] = {
    "report.title": {"en": "How good are the recommendations?", "zh": "推荐效果如何？"},
    "report.headline": {
        "en": "{model}, the best on the window before, reaches {metric} {value} on {task}: {ratio} times what "
        "{baseline} reaches for the same users.",
        "zh": "{model} 在前一时间窗上表现最好，在 {task} 上 {metric} 为 {value}，"
        "是 {baseline} 在相同用户上的 {ratio} 倍。",
    },
    "report.headline.alone": {
        "en": "{model} reaches {metric} {value} on {task}.",
        "zh": "{model} 在 {task} 上 {metric} 为 {value}。",
    },
    "report.lead": {
        "en": "Recommenders learned from what happened before the window and are measured on what people bought in it. "
        "Every established item is ranked for every user; nothing is sampled. Brackets hold 95 % bootstrap intervals "
        "over users.",
        "zh": "模型只用评估窗口之前的数据训练，并以窗口内的实际购买来评估。为每位用户对全部成熟商品排序，不做抽样。"
        "方括号内为按用户自助法得到的 95% 置信区间。",
    },
    "report.lead.published": {
        "en": "Recommenders learned from the training part of a published split and are measured on the rest. All "
        "items are ranked for every user; nothing is sampled. Brackets hold 95 % bootstrap intervals over users.",
        "zh": "模型用公开划分的训练部分训练，并以其余部分评估。为每位用户对全部商品排序，不做抽样。"
        "方括号内为按用户自助法得到的 95% 置信区间。",
    },
    "report.data.users": {"en": "users", "zh": "用户"},
    "report.data.items": {"en": "items", "zh": "商品"},
    "report.data.events": {"en": "events to learn from", "zh": "训练事件"},
    "report.data.title_categories": {"en": "categories, made of titles", "zh": "由名称归出的品类"},
    "report.data.window": {"en": "measured on purchases of", "zh": "评估窗口"},
    "report.task": {"en": "{task}: {users} users", "zh": "{task}：{users} 位用户"},
    "report.task.new-categories": {
        "en": "Only items of categories the user has never bought from. This is what cross-category selling is about.",
        "zh": "只推荐用户从未购买过的品类中的商品。这正是跨品类销售的目标。",
    },
    "report.task.explore": {
        "en": "Only items the user has never bought.",
        "zh": "只推荐用户从未购买过的商品。",
    },
    "report.task.all": {"en": "Any item, repeats allowed.", "zh": "任何商品，允许重复购买。"},
    "report.task.published": {
        "en": "A published split: all items are ranked, those of training are masked.",
        "zh": "公开划分：对全部商品排序，训练集中的商品被屏蔽。",
    },
    "report.new_items": {
        "en": "new-items: {items} items first sold in the window, {users} users",
        "zh": "new-items：窗口内首次售出的 {items} 件商品，{users} 位用户",
    },
    "report.new_items.meaning": {
        "en": "Items that nobody had bought before the window, ranked among each other, for users who went on to buy "
        "one. Recommenders that learn from sales alone have nothing to say about them. Beside them stands what the "
        "category alone tells: its buyers, the user's inclination to it, and that times the share of an average item.",
        "zh": "窗口之前无人购买过的商品，在它们之间排序，针对随后买了其中之一的用户。"
        "只从销售中学习的模型对它们无话可说。对照为仅凭品类可知的：品类买家数、用户对品类的倾向，"
        "以及该倾向乘以品类中平均一件商品的份额。",
    },
    "report.all_figures": {"en": "All figures", "zh": "全部指标"},
    "report.metric": {"en": "metric", "zh": "指标"},
    "report.caption.comparison": {
        "en": "{metric} with its 95 % interval; the dotted line is {baseline}",
        "zh": "{metric} 及其 95% 置信区间；点线为 {baseline}",
    },
    "report.caption.diversity": {
        "en": "Recall against diversity: up and to the right is better",
        "zh": "召回率与多样性：越靠右上越好",
    },
    "report.caption.calibration": {
        "en": "Recall against calibration: a slate further left is closer to what the user buys",
        "zh": "召回率与校准度：越靠左，列表越接近用户的购买习惯",
    },
    "report.caption.group": {"en": "By {group}; number of users in brackets", "zh": "按 {group} 划分；括号内为用户数"},
    "report.caption.flow": {
        "en": "{model}: what buyers of an aisle (row) are shown (column), shares of shown items; blue is more than all "
        "users are shown, orange less",
        "zh": "{model}：购买某货架（行）的用户看到哪些货架（列），按展示商品的占比；蓝色高于全体用户，橙色低于全体用户",
    },
    "report.caption.time": {
        "en": "Purchases and buyers a week; the dashed line is the cut",
        "zh": "每周购买数与买家数；虚线为切分点",
    },
    "report.groups": {"en": "Who is served how well", "zh": "各用户群的效果"},
    "report.groups.meaning": {
        "en": "Blue is {model} with its interval, the dotted line its mean over all users. A group whose interval lies "
        "left of the line is served worse.",
        "zh": "蓝色为 {model} 及其区间，点线为其全体用户均值。区间位于点线左侧的群体得到的服务较差。",
    },
    "report.groups.baseline": {"en": "Orange is {baseline}.", "zh": "橙色为 {baseline}。"},
    "report.flow": {"en": "From bought to recommended", "zh": "从已购到推荐"},
    "report.flow.meaning": {
        "en": "Where the slates lead people. Rows that all look alike mean slates that hardly follow what was bought.",
        "zh": "推荐列表把用户引向何处。若各行几乎相同，说明列表与用户的购买关系不大。",
    },
    "report.samples": {"en": "A few slates", "zh": "推荐列表示例"},
    "report.samples.meaning": {
        "en": "The first places of {model}, for users drawn at random from those who bought something to be found.",
        "zh": "{model} 列表的前几位；用户从窗口内有目标购买的用户中随机抽取。",
    },
    "report.samples.habits": {"en": "Buys most from: {habits}", "zh": "最常购买的品类：{habits}"},
    "report.samples.shown": {"en": "shown", "zh": "展示"},
    "report.samples.category": {"en": "category", "zh": "品类"},
    "report.samples.hit": {"en": "bought in the window", "zh": "窗口内已购"},
    "report.time": {"en": "The data over time", "zh": "数据随时间的变化"},
    "report.time.meaning": {
        "en": "A gap or a jump here explains surprises elsewhere.",
        "zh": "此处的缺口或跳变可以解释其他地方的异常。",
    },
    "report.plot.shown": {"en": "shown", "zh": "展示"},
    "report.plot.bought": {"en": "bought before", "zh": "此前购买"},
    "report.plot.purchases": {"en": "purchases", "zh": "购买数"},
    "report.plot.buyers": {"en": "buyers", "zh": "买家数"},
    "report.definitions": {"en": "What the figures mean", "zh": "指标含义"},
    "report.facts": {
        "en": "Crossaisle {version}, seed {seed}, data {fingerprint}. All figures: report.json beside this page.",
        "zh": "Crossaisle {version}，随机种子 {seed}，数据 {fingerprint}。全部数据见同目录的 report.json。",
    },
    "metric.capped_recall": {
        "en": "hits / min(number of true items, k), mean over users",
        "zh": "命中数 / min(真实商品数, k)，按用户平均",
    },
    "metric.recall": {"en": "hits / number of true items", "zh": "命中数 / 真实商品数"},
    "metric.ndcg": {
        "en": "discounted gain of the hits over that of an ideal slate; a hit further up counts more",
        "zh": "命中的折损增益与理想列表之比；位置越靠前权重越大",
    },
    "metric.hit_rate": {"en": "share of users with at least one hit", "zh": "至少命中一次的用户占比"},
    "metric.precision": {"en": "hits / k", "zh": "命中数 / k"},
    "metric.f1": {"en": "harmonic mean of precision and recall", "zh": "精确率与召回率的调和平均"},
    "metric.map": {"en": "mean average precision", "zh": "平均精度均值"},
    "metric.mrr": {"en": "1 / place of the first hit", "zh": "首个命中位置的倒数"},
    "metric.accuracy_pairwise": {
        "en": "chance that a true item is scored above a random allowed item that is not true",
        "zh": "真实商品得分高于随机非真实候选商品的概率",
    },
    "metric.accuracy_balanced": {
        "en": "share of calls, bought or not, that are right at the threshold chosen on the window before; as many "
        "bought as not-bought pairs",
        "zh": "以前一时间窗选定的阈值判断“会买/不会买”的正确率；两类样本各占一半",
    },
    "metric.category_hit_rate": {
        "en": "share of users with a slate item from a category they went on to buy from",
        "zh": "列表中出现用户随后购买品类的用户占比",
    },
    "metric.category_recall": {
        "en": "share of the categories newly bought from that the slate shows",
        "zh": "用户随后购买的品类中被列表覆盖的比例",
    },
    "metric.categories_per_slate": {"en": "different categories in a slate", "zh": "每个列表中的品类数"},
    "metric.diversity": {
        "en": "share of a slate's pairs of items that are of different categories (intra-list distance)",
        "zh": "列表中两两商品属于不同品类的比例（列表内距离）",
    },
    "metric.calibration": {
        "en": "Hellinger distance between the aisles of slate and purchases; 0 is equal, 1 has nothing in common",
        "zh": "列表与购买在货架分布上的海林格距离；0 为相同，1 为毫无交集",
    },
    "metric.revenue": {
        "en": "what users spent on the hits, mean over users",
        "zh": "用户在命中商品上的花费，按用户平均",
    },
    "metric.novelty": {
        "en": "mean self-information of the shown items in bits; rarer items have more",
        "zh": "展示商品的平均自信息（比特）；越冷门越高",
    },
    "metric.coverage": {
        "en": "share of eligible items shown to anybody",
        "zh": "至少被展示一次的候选商品占比",
    },
    "metric.gini": {
        "en": "how unequally items are shown: 0 all equally often, 1 always the same",
        "zh": "展示的不均等程度：0 为完全均等，1 为总是相同商品",
    },
    "metric.popularity_slope": {
        "en": "slope of log exposure on log purchases: how much the popular are preferred",
        "zh": "展示量对购买量的双对数斜率：对热门商品的偏好程度",
    },
}
"""Every text of the report, in English and Chinese."""
