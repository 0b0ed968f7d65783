"""The members of the synthetic market, invented figures under real and invented symbols.

One line each: symbol, kind, home (its sector, or - for none), price at the beginning, own volatility
in percent a year, dividend in percent a year, volume in thousands a day, loadings on the drivers of
drivers.py, name. A company loads 1 on its home sector without saying so. Bought and failing companies
are invented ones, so that no real company is told a fate.
"""

MEMBERS = """\
SPY   etf    -     530.00   0    1.3  62000 market:1 | S&P 500 fund
MTUM  etf    -     205.00   0    0.9    700 market:1.02 momentum:1 | Momentum factor fund
VTV   etf    -     165.00   0    2.4   2300 market:.88 value:1 | Value factor fund
VUG   etf    -     375.00   0    0.5   1100 market:1.10 value:-.6 growth:1 | Growth factor fund
QUAL  etf    -     175.00   0    1.1   1400 market:.98 quality:1 | Quality factor fund
SIZE  etf    -     145.00   0    1.5     40 market:1 size:1 | Size factor fund
USMV  etf    -      90.00   0    1.7   2900 market:.72 low_volatility:1 | Minimum volatility factor fund
IEF   etf    -      94.00   0    3.4   7600 rates:-7.2 | Treasury fund, 7 to 10 years
VTI   etf    -     250.00   0.4  1.3   3300 market:1 size:.12 | Total market fund
QQQ   etf    -     420.00   2.5  0.6  41000 market:1.12 value:-.4 growth:.7 technology:.35 | Nasdaq 100 fund
IWM   etf    -     205.00   3    1.3  29000 market:1.10 size:1.5 quality:-.4 value:.2 | Small company fund
DIA   etf    -     385.00   1.5  1.8   3400 market:.92 value:.4 quality:.3 | Industrial average fund
EFA   etf    -      79.00   3    2.9  15000 market:.80 foreign:1 value:.2 | Developed markets fund
EEM   etf    -      42.00   6    2.5  27000 market:.85 foreign:1.2 size:.2 | Emerging markets fund
TLT   etf    -      92.00   1    3.9  34000 rates:-16.2 slope:-6 | Treasury fund, 20 years and more
SHY   etf    -      82.00   .1   3.8   3500 rates:-1.1 slope:1.5 | Treasury fund, 1 to 3 years
BND   etf    -      77.00   .3   3.6   6100 rates:-6.0 credit:.15 | Total bond fund
LQD   etf    -     108.00   .5   4.2  22000 rates:-8.3 credit:.6 market:.08 | Investment-grade bond fund
HYG   etf    -      77.00   1    5.9  33000 rates:-1.8 credit:1.2 market:.32 | High-yield bond fund
GLD   etf    -     219.23   2    0    7200 gold:1 rates:-3 | Gold fund
DJP   etf    -      30.00   2    0     120 commodities:1 market:.15 gold:.15 | Commodity note
VNQ   etf    -      95.00   2    3.8   4000 market:.95 rates:-3 realty:1 | Real estate fund
XLK   etf    -     205.00   1    0.7   6100 market:1.18 growth:.5 quality:.2 technology:1 | Technology sector fund
XLC   etf    -      82.00   1    0.8   5200 market:1.05 growth:.3 communication:1 | Communication sector fund
XLY   etf    -     180.00   1    0.8   4200 market:1.15 growth:.2 discretionary:1 | Discretionary sector fund
XLP   etf    -      77.00   1    2.6   9800 market:.55 low_volatility:.6 staples:1 | Staples sector fund
XLF   etf    -      41.00   1    1.6  38000 market:1.05 value:.7 rates:2 financials:1 | Financial sector fund
XLV   etf    -     143.00   1    1.5   7900 market:.70 low_volatility:.4 health:1 | Health sector fund
XLI   etf    -     122.00   1    1.4   9000 market:1.02 value:.3 industrials:1 | Industrial sector fund
XLE   etf    -      92.00   1    3.3  16000 market:.95 value:.8 energy:1 commodities:.4 | Energy sector fund
XLB   etf    -      88.00   1    1.9   5300 market:1.0 value:.4 materials:1 commodities:.2 | Materials sector fund
XLU   etf    -      69.00   1    3.0  11000 market:.50 low_volatility:.7 rates:-4 utilities:1 | Utility sector fund
XLRE  etf    -      39.00   1    3.4   5100 market:.90 rates:-3 low_volatility:.3 realty:1 | Real estate sector fund
FCNTX fund   -      15.00   2    0.3      0 market:1.06 growth:.5 momentum:.3 | Large growth mutual fund
FMAGX fund   -      15.00   2    0.3      0 market:1.08 growth:.4 momentum:.2 | Large blend mutual fund
FXNAX fund   -      20.00   .3   3.2      0 rates:-6.1 credit:.1 | Bond index mutual fund
VTIAX fund   -      30.00   1    3.0      0 market:.81 foreign:1.05 | Foreign index mutual fund
AAPL  equity technology  225.00  20    0.5  55000 market:1.10 growth:.3 quality:.5 | Apple
MSFT  equity technology  420.00  17    0.7  21000 market:1.02 growth:.5 quality:.5 | Microsoft
NVDA  equity technology  700.00  36    0.0  46000 market:1.55 growth:.9 momentum:.9 | NVIDIA
AVGO  equity technology 1380.00  28    1.5   2600 market:1.25 growth:.4 momentum:.4 | Broadcom
AMD   equity technology  162.00  38    0.0  48000 market:1.50 growth:.6 momentum:.3 | Advanced Micro Devices
INTC  equity technology   31.00  33    1.6  45000 market:1.10 value:.7 quality:-.4 momentum:-.6 | Intel
CSCO  equity technology   48.00  17    3.3  19000 market:.85 value:.4 quality:.3 | Cisco
ORCL  equity technology  123.00  24    1.3   8900 market:1.0 momentum:.3 quality:.2 | Oracle
CRM   equity technology  240.00  27    0.7   7000 market:1.15 growth:.5 | Salesforce
ADBE  equity technology  460.00  27    0.0   3600 market:1.15 growth:.5 quality:.3 | Adobe
QCOM  equity technology  205.00  26    1.7   8800 market:1.20 quality:.2 | Qualcomm
TXN   equity technology  195.00  20    2.7   5400 market:1.0 quality:.3 | Texas Instruments
IBM   equity technology  168.00  17    4.0   4300 market:.75 value:.5 | IBM
SHOP  equity technology  195.00  44    0.0   9200 market:1.60 growth:.8 quality:-.6 size:.3 | Shopify
ZOOM  equity technology   70.00  32    0.0   3200 market:.95 growth:.3 momentum:-.5 size:.3 | Zoom
GOOGL equity communication 160.00  4   0.4  28000 market:1.08 growth:.4 quality:.3 alphabet:1 | Alphabet A
GOOG  equity communication 161.20  4   0.4  19000 market:1.08 growth:.4 quality:.3 alphabet:1 | Alphabet C
META  equity communication 530.00 29   0.4  15000 market:1.20 growth:.5 momentum:.5 | Meta Platforms
NFLX  equity communication 490.00 31   0.0   4100 market:1.10 growth:.4 momentum:.4 | Netflix
DIS   equity communication 102.00 22   0.8  11000 market:1.0 value:.3 momentum:-.3 | Disney
ROKU  equity communication  60.00 50   0.0   4600 market:1.60 growth:.5 quality:-.8 size:.8 | Roku
TMUS  equity communication 170.00 15   1.6   4200 market:.60 low_volatility:.3 | T-Mobile
VZ    equity communication  40.00 16   6.6  17000 market:.45 value:.5 low_volatility:.6 rates:-1 | Verizon
T     equity communication  18.00 18   6.1  34000 market:.55 value:.6 low_volatility:.5 rates:-1 | AT&T
CMCSA equity communication  39.00 18   3.1  20000 market:.80 value:.5 | Comcast
AMZN  equity discretionary 170.00 23   0.0  42000 market:1.20 growth:.6 momentum:.2 | Amazon
TSLA  equity discretionary 255.00 47   0.0  95000 market:1.70 growth:.7 momentum:.3 quality:-.3 | Tesla
HD    equity discretionary 350.00 17   2.6   3400 market:1.0 quality:.3 rates:-1 | Home Depot
MCD   equity discretionary 260.00 14   2.5   3600 market:.65 low_volatility:.6 quality:.2 | McDonald's
NKE   equity discretionary  93.00 24   1.6   9800 market:1.0 quality:.3 momentum:-.4 | Nike
SBUX  equity discretionary  78.00 21   2.9   9300 market:.90 quality:.2 | Starbucks
F     equity discretionary  12.00 27   5.0  52000 market:1.30 value:.9 quality:-.3 | Ford
PTON  equity discretionary  40.00 60   0.0   9900 market:1.80 quality:-1 size:1.2 momentum:-.8 | Peloton
PG    equity staples      165.00  12   2.4   6200 market:.45 low_volatility:.8 quality:.3 | Procter & Gamble
KO    equity staples       63.00  12   3.1  12000 market:.48 low_volatility:.8 | Coca-Cola
PEP   equity staples      172.00  13   3.1   5000 market:.45 low_volatility:.8 | PepsiCo
WMT   equity staples       66.00  15   1.3  16000 market:.50 low_volatility:.5 momentum:.2 | Walmart
COST  equity staples      800.00  17   0.6   1900 market:.75 quality:.4 momentum:.3 | Costco
BRK-B equity financials   440.00  10   0.0   3500 market:.80 value:.5 low_volatility:.3 quality:.2 | Berkshire Hathaway
JPM   equity financials   170.00  17   2.4   9200 market:1.05 value:.7 rates:3 | JPMorgan Chase
BAC   equity financials    39.00  20   2.5  36000 market:1.20 value:.8 rates:4 | Bank of America
WFC   equity financials    58.00  21   2.4  17000 market:1.10 value:.8 rates:4 | Wells Fargo
C     equity financials    55.00  22   3.4  14000 market:1.30 value:.9 rates:3 | Citigroup
GS    equity financials   455.00  19   2.4   2200 market:1.25 value:.6 rates:2 | Goldman Sachs
MS    equity financials    97.00  19   3.5   6800 market:1.25 value:.5 rates:2 | Morgan Stanley
AXP   equity financials   230.00  19   1.2   2900 market:1.15 quality:.2 | American Express
V     equity financials   268.00  14   0.8   6300 market:.92 quality:.5 | Visa
MA    equity financials   450.00  14   0.6   2500 market:.95 quality:.5 | Mastercard
BLK   equity financials   780.00  16   2.6    600 market:1.20 value:.2 | BlackRock
UNH   equity health       545.00  21   1.5   3500 market:.60 low_volatility:.3 | UnitedHealth
JNJ   equity health       160.00  12   3.1   7100 market:.45 low_volatility:.8 value:.2 | Johnson & Johnson
LLY   equity health       790.00  27   0.6   3000 market:.65 momentum:.7 growth:.3 | Eli Lilly
PFE   equity health        28.00  20   6.0  34000 market:.60 value:.6 momentum:-.4 | Pfizer
MRK   equity health       130.00  16   2.4   8200 market:.50 low_volatility:.6 | Merck
ABBV  equity health       165.00  17   3.7   5600 market:.50 low_volatility:.5 | AbbVie
TMO   equity health       570.00  18   0.3   1600 market:.85 quality:.3 | Thermo Fisher
AMGN  equity health       305.00  18   3.0   2700 market:.60 low_volatility:.4 | Amgen
GE    equity industrials  140.00  21   0.8   6100 market:1.15 momentum:.6 | General Electric
CAT   equity industrials  345.00  19   1.5   2900 market:1.10 value:.4 commodities:.2 | Caterpillar
BA    equity industrials  180.00  30   0.0   6900 market:1.35 quality:-.6 | Boeing
HON   equity industrials  205.00  13   2.1   3100 market:.90 quality:.2 | Honeywell
UPS   equity industrials  140.00  20   4.6   4200 market:.95 value:.3 | United Parcel Service
LMT   equity industrials  465.00  16   2.7   1100 market:.45 low_volatility:.6 | Lockheed Martin
DE    equity industrials  375.00  20   1.5   1600 market:1.0 value:.4 commodities:.2 | Deere
UNP   equity industrials  230.00  15   2.2   2400 market:.95 value:.2 | Union Pacific
AAL   equity industrials 14.00  38   0.0  31000 market:1.45 value:.9 quality:-.9 size:.8 commodities:-.3 | American Air
DAL   equity industrials   50.00  31   0.8   9100 market:1.35 value:.7 quality:-.4 commodities:-.3 | Delta Air Lines
XOM   equity energy       110.00  15   3.3  16000 market:.85 value:.8 commodities:.5 | Exxon Mobil
CVX   equity energy       157.00  15   4.1   8000 market:.85 value:.8 commodities:.5 | Chevron
COP   equity energy       116.00  18   2.6   5800 market:.95 value:.7 commodities:.6 | ConocoPhillips
SLB   equity energy        46.00  23   2.4  11000 market:1.10 value:.7 commodities:.6 | Schlumberger
LIN   equity materials    435.00  12   1.3   1900 market:.85 quality:.3 | Linde
FCX   equity materials     50.00  28   1.2  12000 market:1.30 value:.5 commodities:.7 | Freeport-McMoRan
NEE   equity utilities     75.00  18   2.8  11000 market:.55 low_volatility:.5 rates:-4 | NextEra Energy
DUK   equity utilities    103.00  12   4.0   3000 market:.40 low_volatility:.8 rates:-4 | Duke Energy
AMT   equity realty       195.00  18   3.4   2100 market:.75 rates:-4 low_volatility:.3 | American Tower
PLD   equity realty       108.00  17   3.5   4100 market:1.0 rates:-3 | Prologis
QVRA  equity health        38.00  40   0.0   1200 market:1.10 size:1.2 quality:-.4 | Quavera Biologics
LUMO  equity technology    24.00  36   0.0   1500 market:1.20 size:1.3 | Lumora Optics
TRLY  equity discretionary  9.00  55   0.0   2600 market:1.60 size:1.6 quality:-1.2 | Trolley Street Stores
BTC/USD crypto -         68000.00 44    0.0     20 market:.9 crypto:1 | Bitcoin in dollars
ETH/USD crypto -          3700.00 38    0.0    120 market:1.1 crypto:1.15 | Ether in dollars
SOL/USD crypto -           165.00 58    0.0   2900 market:1.3 crypto:1.2 | Solana in dollars
"""
