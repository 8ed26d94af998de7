"""Header rows that were composed after the aliases had been collected, to see how far these reach.

They stay as they are: no alias is added for their sake.
"""

from __future__ import annotations

from tests.labelled_headers import Labelled, flat

UNSEEN: tuple[Labelled, ...] = (
    flat(
        "Bangladesh, refugee response",
        ("Reporting agency", "org_name"), ("Programme Partner", "programme_org"),
        ("Implementing partner (if different)", "implementing_partner"), ("Donor(s)", "donor"),
        ("Upazila", "adm3_name"), ("Union", ""), ("Camp name", "site_name"), ("Block", ""),
        ("Activity", "activity_type"), ("Status of activity", "status"),
        ("# of HHs targeted", "households_targeted"), ("# of HHs reached this month", "households_reached"),
        ("Male", "males_reached"), ("Female", "females_reached"), ("Disabled persons", "disabled_reached"),
        ("Start date (dd/mm/yyyy)", "start_date"), ("Planned end date", "end_date"),
        ("GPS latitude", "latitude"), ("GPS longitude", "longitude"), ("Remarks / comments", "comments"),
    ),
    flat(
        "Mozambique, Portuguese and English",
        ("Organização", ""), ("Província", ""), ("Distrito", ""), ("Número de famílias", ""),
        ("Organisation name", "org_name"), ("Province name", "adm1_name"), ("District name", "adm2_name"),
        ("Province P-Code", "adm1_pcode"), ("District P-Code", "adm2_pcode"), ("Posto", ""),
        ("Type of kit", "activity_type"), ("Number of kits distributed", "quantity"),
        ("Families reached", "households_reached"), ("Date of distribution", ""),
    ),
    flat(
        "Madagascar, cyclone response",
        ("Partenaire", "implementing_partner"),
        ("Partenaire de mise en oeuvre local", "implementing_partner"),
        ("Région d'intervention", "adm1_name"), ("District d'intervention", "adm2_name"),
        ("Commune d'intervention", "adm3_name"), ("Fokontany", ""),
        ("Type d'intervention", "activity_type"), ("Nombre de ménages ciblés", "households_targeted"),
        ("Nombre de ménages assistés", "households_reached"),
        ("Nombre d'individus assistés", "individuals_reached"),
        ("Date de début de l'activité", "start_date"), ("Date de fin de l'activité", "end_date"),
        ("Etat d'avancement", "status"), ("Source de financement", "donor"),
        ("Personne de contact", "contact_name"), ("Adresse e-mail", "contact_email"),
        ("N° téléphone", "contact_phone"),
    ),
    flat(
        "Haiti, earthquake of 2021",
        ("Organisation principale", "programme_org"), ("Organisation d'exécution", "implementing_partner"),
        ("Secteur", "cluster"), ("Section communale", ""), ("Articles distribués", ""),
        ("Quantité", "quantity"), ("Unité", "unit"), ("Familles servies", "households_reached"),
        ("Hommes", "males_reached"), ("Femmes", "females_reached"), ("Statut", "status"),
        ("Date de distribution", ""),
    ),
    flat(
        "Pakistan, floods",
        ("Org.", "org_acronym"), ("IP", "implementing_partner"), ("Province", "adm1_name"),
        ("District", "adm2_name"), ("Tehsil", "adm3_name"), ("Tehsil PCode", "adm3_pcode"),
        ("Union Council", ""), ("Item", "activity_type"), ("Qty", "quantity"), ("HH", "households_reached"),
        ("Ind.", "individuals_reached"), ("Status (Planned/Ongoing/Completed)", "status"),
        ("Month of distribution", "period"),
    ),
    flat(
        "Mali, a partner's own wide table",
        ("ONG/Agence", "org_name"), ("Cercle", "adm2_name"), ("Commune", "adm3_name"),
        ("Localité/Site", "site_name"), ("Kits NFI distribués", "quantity"),
        ("Ménages PDI assistés", "idps_households_reached"), ("Personnes PDI assistées", "idps_reached"),
        ("Ménages hôtes assistés", "host_households_reached"),
        ("Ménages retournés assistés", "returnees_households_reached"),
        ("Total ménages assistés", "households_reached"),
        ("Femmes cheffes de ménages", "female_headed_households_reached"),
        ("Personnes handicapées assistées", "disabled_reached"), ("Enfants <5 ans", ""),
    ),
)  # fmt: skip
