#!/usr/bin/env python3
"""Writes ames.csv from the data set ames of the R package modeldata.

    Rscript -e 'write.csv(modeldata::ames, "modeldata-ames.csv", row.names = FALSE)'
    python3 ames.py modeldata-ames.csv > ames.csv

What is changed is said in README.md.
"""
import csv
import math
import sys
from collections import Counter

COLUMNS = """Neighborhood Bldg_Type Lot_Frontage Lot_Area Overall_Cond Year_Built Year_Remod_Add Foundation
    Bsmt_Exposure Bsmt_Unf_SF Total_Bsmt_SF Heating_QC Central_Air Electrical Gr_Liv_Area Bsmt_Full_Bath Full_Bath
    Half_Bath Bedroom_AbvGr Kitchen_AbvGr TotRms_AbvGrd Functional Fireplaces Garage_Type Garage_Finish Garage_Area
    Wood_Deck_SF Screen_Porch Sale_Condition Longitude Latitude Sale_Price""".split()
FEWEST = 10


def is_number(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def main(path):
    with open(path, newline="") as f:
        houses = [{c: row[c].strip() for c in COLUMNS} for row in csv.DictReader(f)]
    for house in houses:
        if float(house["Lot_Frontage"]) == 0:
            house["Lot_Frontage"] = ""
        if house["Electrical"] == "Unknown":
            house["Electrical"] = ""
    for column in COLUMNS:
        counts = Counter(house[column] for house in houses)
        numbers = all(is_number(value) or not value for value in counts)
        rare = {value for value, count in counts.items() if value and count < FEWEST}
        rest = "Other" if sum(counts[value] for value in rare) >= FEWEST else ""
        for house in houses:
            value = house[column]
            if column in ("Longitude", "Latitude"):
                house[column] = f"{float(value):.4f}"
            elif numbers and value:
                house[column] = str(int(float(value)))
            elif value in rare:
                house[column] = rest
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS + ["Log10_Price"])
    for house in houses:
        log = f"{math.log10(float(house['Sale_Price'])):.6f}"
        out.writerow([house[c] for c in COLUMNS] + [log])


if __name__ == "__main__":
    main(sys.argv[1])
