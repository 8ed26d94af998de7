"""Header rows of 4W workbooks from many countries, each column with what it is by a person's judgement.

Composed from published column lists. ``rows``: the rows of labels as they stand in the sheet, the lowest
last; ``keys``: per column the name of its target, "" where the template has no column for it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Labelled:
    """The labels of one table. ``tags``: its HXL row, below the labels."""

    source: str
    rows: tuple[tuple[str, ...], ...]
    keys: tuple[str, ...]
    tags: tuple[str, ...] = ()


def flat(source: str, *columns: tuple[str, str], tags: tuple[str, ...] = ()) -> Labelled:
    """Return a table of one row of labels, from (header, target) pairs."""
    return Labelled(source, (tuple(h for h, _ in columns),), tuple(k for _, k in columns), tags)


TABLES: tuple[Labelled, ...] = (
    flat(
        "Mali, 3W of March 2024",
        ("Nom Organisation", "org_name"), ("Organisation Accronyme", "org_acronym"),
        ("Type Organisation", "org_type"), ("Cluster", "cluster"), ("admin1Pcod", "adm1_pcode"),
        ("Région", "adm1_name"), ("admin2Pcod", "adm2_pcode"), ("Cercle", "adm2_name"),
        ("Commune", "adm3_name"), ("admin3Pcod", "adm3_pcode"),
    ),
    flat(
        "Niger, national 3W, instructions inside the headers",
        ("ACCRONYME (Choisir dans la liste déroulante)", "org_acronym"),
        (
            "NOM ORGANISATION (cette colonne est renseignée automatiquement selon"
            " la selection dans le colonne A)", "org_name"
        ),
        ("TYPE ORGANISATION (cette colonne est renseignée automatiquement)", "org_type"),
        ("CLUSTER (Choisir dans la liste déroulante) Pour les projets humanitaires uniquement", "cluster"),
        ("REGION (Choisir dans la liste déroulante)", "adm1_name"),
        ("DEPARTEMENT (Choisir dans la liste déroulante)", "adm2_name"),
        ("COMMUNE (Choisir dans la liste déroulante)", "adm3_name"), ("BAILLEUR DE FONDS", "donor"),
        ("DATE DEBUT (jj/mm/aaaa)", "start_date"), ("DATE FIN (jj/mm/aaaa)", "end_date"),
        ("STATUT DU PROJET (Choisir dans la liste déroulante)", "status"),
        tags=(
            "#org+acronym", "#org+name", "#org+type", "#sector", "#adm1+name", "#adm2+name", "#adm3+name",
            "", "", "", "",
        ),
    ),
    flat(
        "DRC, presence by territory",
        ("Organisation", "org_name"), ("Acronyme", "org_acronym"), ("Type d'organisation", "org_type"),
        ("Cluster", "cluster"), ("Province", "adm1_name"), ("Territoire", "adm2_name"),
        ("Code Terrtoire", "adm2_pcode"), ("Zone de santé", ""), ("Aire de santé", ""),
        ("Activités", "activity_type"), ("Statut de l'activité", "status"), ("Date de début", "start_date"),
        ("Date de fin", "end_date"),
    ),
    flat(
        "Chad, operational 3W",
        ("Nom de l'organisation", "org_name"), ("Acronyme", "org_acronym"),
        ("Type d'organisation", "org_type"), ("Cluster", "cluster"), ("Province", "adm1_name"),
        ("Pcode1", "adm1_pcode"), ("Département", "adm2_name"), ("Pcode2", "adm2_pcode"),
        ("Sous-préfecture", "adm3_name"), ("Site/Village", "site_name"),
    ),
    Labelled(
        "Burkina Faso, matrix with a title row and groups",
        (
            (
                "3W Burkina Faso", *[""] * 8,
            ),
            (
                "Nom complet", "Sigle", "Type d'organisation", "Secteur", "Région", "Code région",
                "Commune", "Code commune", "Bailleur",
            ),
        ),
        (
            "", "org_acronym", "org_type", "cluster", "adm1_name", "adm1_pcode", "adm3_name", "adm3_pcode",
            "donor",
        ),
    ),
    flat(
        "Burkina Faso, fields of the 3W viewer",
        ("annee", "period.year"), ("bimestre_ordre", ""), ("org", "org_acronym"), ("type_org", "org_type"),
        ("nom_complet", ""), ("cluster_code", "cluster"), ("adm1_pcode", "adm1_pcode"),
        ("adm2_pcode", "adm2_pcode"), ("adm3_pcode", "adm3_pcode"), ("niveau_geo", ""), ("principal", ""),
        ("mise_en_oeuvre", "implementing_partner"), ("activites", "activity_type"),
        ("personnes", "individuals_reached"), ("communes_citees", ""), ("bailleur", "donor"),
    ),
    flat(
        "Central African Republic, 3W with HXL",
        ("Organisation", "org_name"), ("Acronyme", "org_acronym"), ("Type", "org_type"),
        ("Cluster", "cluster"), ("Préfecture", "adm1_name"), ("Sous-préfecture", "adm2_name"),
        ("Pcode sous-préfecture", "adm2_pcode"), ("Commune", "adm3_name"), ("Localité", "site_name"),
        ("Bailleur de fonds", "donor"),
        tags=(
            "#org+name", "#org+acronym", "#org+type", "#sector+cluster", "#adm1+name", "#adm2+name",
            "#adm2+code", "#adm3+name", "#loc+name", "#org+funding+name",
        ),
    ),
    flat(
        "Haiti, operational presence",
        ("ORG_NAME_fr", "org_name"), ("ORG_ACRONYM_fr", "org_acronym"), ("ORG_TYPE_fr", "org_type"),
        ("SECTORS_fr", "cluster"), ("adm2code", "adm2_pcode"), ("adm1code", "adm1_pcode"),
    ),
    flat(
        "Yemen, 3W on HDX",
        ("organisation_name", "org_name"), ("organisation_acronym", "org_acronym"),
        ("organisation_type_short", "org_type"), ("label", "cluster"), ("admin1pcode", "adm1_pcode"),
        ("admin2pcode", "adm2_pcode"), ("Governorate", "adm1_name"), ("District", "adm2_name"),
        ("Sub-district", "adm3_name"),
    ),
    flat(
        "South Sudan, 3W",
        ("Name of organization", "org_name"), ("Acronym", "org_acronym"), ("Type", "org_type"),
        ("Cluster", "cluster"), ("State", "adm1_name"), ("County", "adm2_name"), ("Payam", "adm3_name"),
        ("Admin 2 PCode", "adm2_pcode"), ("Boma/Location", "site_name"),
    ),
    flat(
        "Sudan, 3W master data",
        ("Organization", "org_name"), ("Org Acronym", "org_acronym"), ("Org Type", "org_type"),
        ("Sector", "cluster"), ("State", "adm1_name"), ("Locality", "adm2_name"),
        ("State Pcode", "adm1_pcode"), ("Locality Pcode", "adm2_pcode"), ("Activity Status", "status"),
        ("Donor", "donor"), ("Project title", "project_title"),
    ),
    flat(
        "Cameroon, 3W",
        ("implementing_org_name", "org_name"), ("implementing_org_acronym", "org_acronym"),
        ("implementing_org_type", "org_type"), ("clusters", "cluster"), ("adm1_name", "adm1_name"),
        ("adm2_pcode", "adm2_pcode"), ("adm3_name", "adm3_name"), ("donors", "donor"),
        ("project_status", "status"),
    ),
    flat(
        "Nigeria, tags instead of labels",
        ("Org", "org_acronym"), ("Org type", "org_type"), ("Sector", "cluster"), ("State", "adm1_name"),
        ("LGA", "adm2_name"), ("LGA pcode", "adm2_pcode"), ("Ward", "adm3_name"),
        tags=(
            "#org +acronym", "#org +type", "#sector +cluster", "#adm1 +name", "#adm2 +name", "#adm2 +code",
            "#adm3 +name",
        ),
    ),
    flat(
        "Somalia, 3W",
        ("Organization Name", "org_name"), ("Organization Type", "org_type"), ("Cluster", "cluster"),
        ("Region", "adm1_name"), ("District", "adm2_name"), ("District Pcode", "adm2_pcode"),
        ("Implementing Partner", "implementing_partner"), ("IDP Site", "site_name"),
        ("Reporting Month", "period"), ("Beneficiary Type", "population_group"),
        tags=(
            "#org+name", "#org+type", "#sector+cluster+name", "#adm1+name", "#adm2+name", "#adm2+code", "",
            "", "", "",
        ),
    ),
    flat(
        "Afghanistan, 3W",
        ("Organization full name", "org_name"), ("Acronym", "org_acronym"), ("Org. type", "org_type"),
        ("Cluster", "cluster"), ("Province", "adm1_name"), ("District", "adm2_name"),
        ("District code", "adm2_pcode"), ("Province code", "adm1_pcode"),
        tags=(
            "#org +name", "#org +acronym", "#org +type +name", "#sector +cluster +name", "#adm1+name",
            "#adm2+name", "#adm2+code", "#adm1+code",
        ),
    ),
    flat(
        "Ethiopia, 3W",
        ("Implementing organization", "implementing_partner"), ("Second implementing organization", ""),
        ("Type", "org_type"), ("Cluster", "cluster"), ("Region", "adm1_name"), ("Zone", "adm2_name"),
        ("Woreda", "adm3_name"), ("Woreda pcode", "adm3_pcode"), ("Lead organization", "programme_org"),
        ("Total beneficiaries", "individuals_reached"),
    ),
    flat(
        "Colombia, 345W in Spanish",
        ("ORGANIZACIÓN IMPLEMENTADORA", "implementing_partner"),
        ("ORGANIZACIÓN PRINCIPAL", "programme_org"), ("SECTOR / CLUSTER", "cluster"),
        ("DEPARTAMENTO", "adm1_name"), ("MUNICIPIO", "adm2_name"), ("Pcode 2", "adm2_pcode"),
        ("ACTIVIDAD", "activity_type"), ("FECHA DE INICIO", "start_date"), ("FECHA FINAL", "end_date"),
        ("MUJERES", "females_reached"), ("HOMBRES", "males_reached"),
        ("TOTAL BENEFICIARIOS", "individuals_reached"), ("ESTADO", "status"), ("DONANTE", "donor"),
    ),
    flat(
        "Nepal, shelter cluster after the earthquake",
        ("Implementing agency", "implementing_partner"), ("Sourcing Agency", ""), ("District", "adm2_name"),
        ("VDC / Municipalities", "adm3_name"), ("Ward", ""), ("Action type", "activity_type"),
        ("Action description", "activity_detail"), ("Targeting", ""), ("# Items / # Man-hours / NPR", ""),
        ("Total Number Households", "households_reached"), ("Avg cost per hh (NPR)", ""),
        ("Female headed households", "female_headed_households_reached"), ("Activity status", "status"),
        ("Start date", "start_date"), ("Completion Date", "end_date"), ("Comments", "comments"),
    ),
    flat(
        "Venezuela, 5W",
        ("Organización", "org_name"), ("Socio implementador", "implementing_partner"),
        ("Clúster", "cluster"), ("Estado", "adm1_name"), ("Municipio", "adm2_name"),
        ("Parroquia", "adm3_name"), ("Código de actividad", ""), ("Cantidad", "quantity"),
        ("Unidad", "unit"), ("Mes", "period"), ("Niñas", "girls_reached"), ("Niños", "boys_reached"),
        ("Mujeres", "women_reached"), ("Hombres", "men_reached"),
    ),
    flat(
        "IFRC GO 3W",
        ("Project name", "project_title"), ("Reporting National Society", "org_name"),
        ("Sector", "cluster"), ("Country", ""), ("Start date", "start_date"), ("End date", "end_date"),
        ("Status", "status"), ("Budget amount", ""), ("Target total", "individuals_targeted"),
        ("Target males", "males_targeted"), ("Target females", "females_targeted"),
        ("Reached total", "individuals_reached"), ("Reached males", "males_reached"),
        ("Reached females", "females_reached"), ("Description", "activity_detail"),
    ),
    flat(
        "Ukraine, ActivityInfo export",
        ("Partner", "org_name"), ("Implementing partner", "implementing_partner"), ("Oblast", "adm1_name"),
        ("Oblast pcode", "adm1_pcode"), ("Raion", "adm2_name"), ("Raion pcode", "adm2_pcode"),
        ("Hromada", "adm3_name"), ("Hromada pcode", "adm3_pcode"), ("Settlement", "site_name"),
        ("Indicator", "indicator"), ("Reporting month", "period"),
        ("# HHs receiving acute emergency shelter support", ""), ("Girls (0-17)", "girls_reached"),
        ("Boys (0-17)", "boys_reached"), ("Women (18-59)", "women_reached"), ("Men (18-59)", "men_reached"),
        ("Elderly women (60+)", "elderly_women_reached"), ("Elderly men (60+)", "elderly_men_reached"),
        ("People with disabilities", "disabled_reached"),
    ),
    flat(
        "Mali, ORS of 2014",
        ("Cluster", "cluster"), ("Organization", "org_name"), ("ProjectCode", "project_code"),
        ("FundingStatus", ""), ("MONTH", "period"), ("Objective", ""), ("Priority", ""), ("ActivityId", ""),
        ("Activity", "activity_type"), ("IndicatorId", ""), ("Indicator", "indicator"),
        ("Accumulative", ""), ("Country", ""), ("Admin1", "adm1_name"), ("Admin2", "adm2_name"),
        ("AnnualTarget", ""), ("Achieved", ""), ("ReportDetailId", ""), ("ProjectId", ""),
        ("IsApproved", ""),
        tags=(
            "#sector", "#org", "", "", "#period_date", "", "", "", "", "", "", "", "#country", "#adm1",
            "#adm2", "", "", "", "", "",
        ),
    ),
    Labelled(
        "NW Syria, multi-purpose cash: title, groups, hints, labels",
        (
            (
                "CBR 4Ws", *[""] * 27,
            ),
            (
                "Who?", "", "", "Where?", "", "", "", "Program details (What?)", *[""] * 10,
                "Targeting criteria", "", "Date", "", "Comments", "Contact details.", *[""] * 4,
            ),
            (
                "Select one from the list", "Only if different", "Free text", "Select one from the list",
                "Select", "automatic – DO NOT REMOVE FORMULA", "GPS", *["Number"] * 11, "Text", "", "Date",
                "Date", *["Text"] * 5, "",
            ),
            (
                "CODE OF IMPLEMENTING PARTNER",
                "REPORTING ORGANISATION CODE (if different from implementing partner)",
                "FUNDING AGENCY/SOURCE", "Governorates (Mohafaza) ", "Districts (Mantika)",
                "District pcode", "Latitude", "# HH Reached", "# female-headed HH Reached",
                "# of Individuals Reached", "*No. of  Men (>=18 - <60)", "* No. of IDPs",
                "* No. of Host community members", "* No. of Returnees", "* No. of PWD",
                "Newly assisted people", "Conditionality", "Modality & Restrictions",
                "Targeting criteria (or blanket)", "Currency Distributed", "Start date", "End date ",
                "Comments", "Contact name", "Contact email", "Contact phone", "Skype", "Month",
            ),
        ),
        (
            "org_acronym", "", "donor", "adm1_name", "adm2_name", "adm2_pcode", "latitude",
            "households_reached", "female_headed_households_reached", "individuals_reached", "men_reached",
            "idps_reached", "host_reached", "returnees_reached", "disabled_reached", "first_time_assisted",
            "conditionality", "modality", "", "currency", "start_date", "end_date", "comments",
            "contact_name", "contact_email", "contact_phone", "", "period",
        ),
    ),
    flat(
        "NW Syria, early recovery",
        ("Organization *", "org_name"), ("Organization Type\nAuto calculated", "org_type"),
        ("Implementing Partner *", "implementing_partner"), ("Fund Source (Donor)", "donor"),
        ("Is Earthquake Response *", ""), ("Governorate *", "adm1_name"), ("District *", "adm2_name"),
        ("Sub-District *", "adm3_name"), ("Community *", "site_name"), ("Activity *", "activity_type"),
        ("Status", "status"), ("Direct Beneficiaries *", ""), ("Indirect Beneficiaries *", ""),
        ("Have you assisted same individual during previous month? *", ""),
        ("If yes, how many assisted previously?", ""), ("Total Unique Beneficiaries\nAuto calculated", ""),
        ("Report this to any other sector? *", ""), ("Implementing Month *", ""),
        ("Reporting Cycle *", "period"), ("Project Code (HRP)", "project_code"),
    ),
    flat(
        "NW Syria, SNFI in English and Arabic",
        ("Organization *\r\nالمنظمة", "org_name"),
        ("Implementing partner\r\nالشريك المنفذ", "implementing_partner"),
        ("Governorate\r\nالمحافظة", "adm1_name"), ("District\r\nالمنطقة", "adm2_name"),
        ("Sub-district *\r\nالناحية", "adm3_name"), ("Camp / الموقع", "site_name"),
        ("Activity / النشاط", "activity_type"), ("delivery_modaity", "modality"),
        ("Families / العائلات", "households_reached"), ("Status / الحالة", "status"),
        ("Month / الشهر", "period"),
    ),
    flat(
        "ReportHub, ES-NFI",
        ("organization", "org_name"), ("organization_tag", ""),
        ("implementing_partners", "implementing_partner"), ("programme_partners", "programme_org"),
        ("cluster", "cluster"), ("project_hrp_code", "project_code"), ("project_title", "project_title"),
        ("project_donor", "donor"), ("report_month", "period.month"), ("report_year", "period.year"),
        ("report_submitted", ""), ("category_type", ""), ("beneficiary_type", "population_group"),
        ("activity_type", "activity_type"), ("activity_description", "activity_detail"),
        ("indicator", "indicator"), ("activity_start_date", "start_date"),
        ("activity_end_date", "end_date"), ("activity_status", "status"), ("mpc_delivery_type", "modality"),
        ("mpc_mechanism", "delivery_mechanism"), ("package_type", ""),
        ("transfer_type_value", "transfer_value"), ("units", "quantity"), ("unit_type_name", "unit"),
        ("households", "households_reached"), ("families", ""), ("boys", "boys_reached"),
        ("girls", "girls_reached"), ("men", "men_reached"), ("women", "women_reached"),
        ("elderly_men", "elderly_men_reached"), ("elderly_women", "elderly_women_reached"),
        ("total_beneficiaries", "individuals_reached"), ("admin1pcode", "adm1_pcode"),
        ("admin1name", "adm1_name"), ("admin2pcode", "adm2_pcode"), ("admin2name", "adm2_name"),
        ("site_type", "site_type"), ("site_name", "site_name"), ("site_lat", "latitude"),
        ("site_lng", "longitude"), ("remarks", "comments"),
    ),
    Labelled(
        "Sahel, wide: group over sex and age",
        (
            (
                *[""] * 7, "PDI", "", "", "", "Retournés", "", "", "", "Communauté hôte", "", "", "",
                "Total", "",
            ),
            (
                "Organisation", "Activité", "Région", "Cercle", "Commune", "Mois", "Statut", "Femmes",
                "Hommes", "Filles", "Garçons", "Femmes", "Hommes", "Filles", "Garçons", "Femmes", "Hommes",
                "Filles", "Garçons", "Individus", "Ménages",
            ),
        ),
        (
            "org_name", "activity_type", "adm1_name", "adm2_name", "adm3_name", "period", "status",
            "idps_women_reached", "idps_men_reached", "idps_girls_reached", "idps_boys_reached",
            "returnees_women_reached", "returnees_men_reached", "returnees_girls_reached",
            "returnees_boys_reached", "host_women_reached", "host_men_reached", "host_girls_reached",
            "host_boys_reached", "individuals_reached", "households_reached",
        ),
    ),
    Labelled(
        "Sahel, wide: targeted and reached over groups",
        (
            (
                *[""] * 6, "Ciblés", *[""] * 5, "Atteints", *[""] * 5,
            ),
            (
                *[""] * 6, "PDI", "", "Retournés", "", "Communautés hôtes", "", "PDI", "", "Retournés", "",
                "Communautés hôtes", "",
            ),
            (
                "Sigle", "Type d'activité", "Région", "Cercle", "Commune", "Mois de rapportage", "Ménages",
                "Individus", "Ménages", "Individus", "Ménages", "Individus", "Ménages", "Individus",
                "Ménages", "Individus", "Ménages", "Individus",
            ),
        ),
        (
            "org_acronym", "activity_type", "adm1_name", "adm2_name", "adm3_name", "period",
            "idps_households_targeted", "idps_targeted", "returnees_households_targeted",
            "returnees_targeted", "host_households_targeted", "host_targeted", "idps_households_reached",
            "idps_reached", "returnees_households_reached", "returnees_reached", "host_households_reached",
            "host_reached",
        ),
    ),
    flat(
        "Mali, flat groups",
        ("Partenaire de mise en œuvre", "implementing_partner"), ("Bailleur de fond", "donor"),
        ("Type d’assistance", "activity_type"), ("Quantité distribuée", "quantity"),
        ("Région", "adm1_name"), ("Cercle", "adm2_name"), ("Commune", "adm3_name"),
        ("Village/Quartier", "site_name"), ("PDI (ménages)", "idps_households_reached"),
        ("PDI (individus)", "idps_reached"), ("Retournés (ménages)", "returnees_households_reached"),
        ("Retournés (individus)", "returnees_reached"),
        ("Population hôte (ménages)", "host_households_reached"),
        ("Population hôte (individus)", "host_reached"), ("Observations", "comments"),
    ),
    flat(
        "Mali, months across",
        ("Organisation", "org_name"), ("Activité", "activity_type"), ("Région", "adm1_name"),
        ("Cercle", "adm2_name"), ("Cible annuelle", ""),
        ("Ménages atteints janvier 2016", "households_reached"),
        ("Ménages atteints février 2016", "households_reached"),
        ("Ménages atteints mars 2016", "households_reached"),
    ),
    flat(
        "French shelter matrix with three-part dates",
        ("Organisation", "org_name"), ("Activité", "activity_type"), ("Région", "adm1_name"),
        ("Cercle", "adm2_name"), ("Statut", "status"), ("Début : jour", "start_date.day"),
        ("Début : mois", "start_date.month"), ("Début : année", "start_date.year"),
        ("Fin : jour", "end_date.day"), ("Fin : mois", "end_date.month"), ("Fin : année", "end_date.year"),
        ("Nbre de ménages bénéficiaires", "households_reached"),
        ("Nbre total de personnes touchées", "individuals_reached"),
    ),
    flat(
        "Philippines, after Haiyan",
        ("Lead agency", "programme_org"), ("Implementing agency", "implementing_partner"),
        ("Region", "adm1_name"), ("Province", ""), ("Municipality", ""), ("Barangay", ""),
        ("Activity", "activity_type"), ("Description", "activity_detail"), ("Unit", "unit"),
        ("Quantity", "quantity"), ("Families", "households_reached"), ("Status", "status"),
        ("Start Date", "start_date"), ("End Date", "end_date"), ("Focal point", "contact_name"),
        ("Email", "contact_email"), ("Phone", "contact_phone"),
    ),
    flat(
        "Iraq and Lebanon, ActivityInfo",
        ("Partner Name", "org_name"), ("Database", ""), ("Activity Category", ""),
        ("Activity", "activity_type"), ("Governorate", "adm1_name"), ("District", "adm2_name"),
        ("Site name", "site_name"), ("Site type", "site_type"), ("Month", "period"),
        ("Indicator name", "indicator"), ("Value", "quantity"), ("Units", "unit"),
        ("IDPs reached", "idps_reached"), ("Returnees reached", "returnees_reached"),
        ("Refugees reached", "refugees_reached"),
    ),
    flat(
        "DTM-like site table kept as a 4W",
        ("Date", ""), ("Admin1", "adm1_name"), ("Admin2", "adm2_name"), ("Admin3", "adm3_name"),
        (" IDPs (Individuals)", "idps_reached"), (" IDPs (HHs)", "idps_households_reached"),
        ("New IDPs arrived last 30 days(Individuals)", ""), ("Departures left last 30 days(HHs)", ""),
        ("Returnees arrived last 30 days(HHs)", ""), ("Population (Individuals)", ""),
    ),
    flat(
        "Stock report beside a 4W",
        ("organization", "org_name"), ("warehouse_name", ""), ("stock_item_type", ""),
        ("stock_item_name", ""), ("number_in_stock", ""), ("number_in_pipeline", ""),
        ("beneficiaries_covered", ""), ("stock_status", ""), ("admin1name", "adm1_name"),
        ("admin2name", "adm2_name"), ("remarks", "comments"),
    ),
    flat(
        "HXL 3W with wide tags",
        ("Kungiyar", "org_name"), ("Aiki", "activity_type"), ("Yanki", "adm1_name"),
        ("Gunduma", "adm2_name"), ("A", "idps_females_reached"), ("B", "idps_males_reached"),
        ("C", "households_targeted"), ("D", ""), ("E", "girls_reached"),
        tags=(
            "#org+name", "#activity+type", "#adm1+name", "#adm2+name", "#reached+f+idps", "#reached+idps+m",
            "#targeted+hh", "#reached+ f +under5", "#reached+f+children",
        ),
    ),
    flat(
        "UNHCR, spelling mistakes of the field",
        ("Organsation", "org_name"), ("Acronime", "org_acronym"), ("Menages ateints", "households_reached"),
        ("Individus cibles", "individuals_targeted"), ("Comune", "adm3_name"), ("Regions", "adm1_name"),
        ("Cercles", "adm2_name"), ("Staut", "status"), ("Commentaire", "comments"),
        ("Dates de debut", "start_date"),
    ),
    flat(
        "Sahel, totals each followed by their parts",
        ("Organisation", "org_name"), ("Région", "adm1_name"), ("Cercle", "adm2_name"),
        ("Activité", "activity_type"), ("Ménages ciblés", "households_targeted"),
        ("dont ménages dirigés par une femme", "female_headed_households_targeted"),
        ("Personnes ciblées", "individuals_targeted"), ("dont femmes", "females_targeted"),
        ("dont hommes", "males_targeted"), ("Personnes atteintes", "individuals_reached"),
        ("dont femmes", "women_reached"), ("dont hommes", "men_reached"), ("dont filles", "girls_reached"),
        ("dont garçons", "boys_reached"), ("Sites visités", ""), ("dont femmes", ""), ("Mois", "period"),
    ),
    flat(
        "English, bilingual labels by slash and bracket",
        ("Organisation / Organization", "org_name"), ("Région / Region", "adm1_name"),
        ("Cercle | District", "adm2_name"), ("Type d'activité (Activity type)", "activity_type"),
        ("Ménages ciblés [Targeted households]", "households_targeted"),
        ("Femmes / Women", "females_reached"), ("Hommes / Men", "males_reached"),
        ("Mois (Month)", "period"),
    ),
)  # fmt: skip
